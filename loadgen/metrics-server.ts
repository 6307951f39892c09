import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Registry } from 'prom-client'

export type MetricsServer = { port: number; close(): void }

export type MetricsServerOptions = {
  registry: Registry
  /** 0 takes any free port. */
  port: number
  /** The address to listen on; every interface when not given. */
  host?: string | undefined
}

/**
 * Serves `/metrics`, and nothing else. Rejects, with a message for the user, when it can't listen: a
 * run whose metrics go missing is noticed only after it.
 */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const { registry, port, host } = options
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('try /metrics\n')
      return
    }
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType }).end(text)
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ port, host }, resolve)
  try {
    await promise
  } catch (error) {
    throw new Error(
      `${describe(error as NodeJS.ErrnoException, port)}: choose another with --metrics-port N, or 0 for none`,
    )
  }
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const describe = (error: NodeJS.ErrnoException, port: number): string => {
  if (error.code === 'EADDRINUSE') return `port ${port}, for the metrics, is taken`
  if (error.code === 'EACCES') return `port ${port}, for the metrics, is not allowed to this user`
  return `the metrics can't be served on port ${port} (${error.code ?? error.message})`
}
