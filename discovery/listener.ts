import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Registry } from 'prom-client'

export type ListenerOptions = {
  registry: Registry
  /** 0 takes any free port. */
  port: number
  /** The address to listen on; every interface when not given. */
  host?: string | undefined
}

/** Serves `/metrics` and `/healthz`, and nothing else. Rejects when it can't listen. */
export async function listen({ registry, port, host }: ListenerOptions): Promise<Server> {
  const server = createServer(async ({ url = '' }, response) => {
    const path = url.split('?')[0]
    if (path === '/metrics') {
      const text = await registry.metrics()
      response.writeHead(200, { 'content-type': registry.contentType }).end(text)
    } else if (path === '/healthz') {
      response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n')
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('try /metrics\n')
    }
  })
  server.listen({ port, host })
  await once(server, 'listening')
  return server
}
