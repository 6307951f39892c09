import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export type ScriptedServer = { url: URL; port: number; connections(): number; close(): void }

/**
 * For tests: a TCP server on a free port of 127.0.0.1 that does with each request what `onRequest` does,
 * wrong things included; `n` counts requests from 0. Closes, with all its connections, after the test.
 */
export async function scriptedServer(
  context: TestContext,
  onRequest: (socket: Socket, n: number, request: string) => void,
): Promise<ScriptedServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  let requests = 0
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (bytes) => onRequest(socket, requests++, bytes.toString('latin1')))
  })
  const close = () => {
    server.close()
    for (const socket of sockets) reset(socket)
  }
  context.after(close)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: new URL(`http://127.0.0.1:${port}/`), port, connections: () => connections, close }
}

/** An answer with a body of two bytes, which leaves the connection open. */
export function answer(status: number): string {
  return `HTTP/1.1 ${status} Words\r\nContent-Length: 2\r\n\r\nok`
}

/**
 * Resets a connection. One that has begun to end is only closed: its reset would be refused, and its handle
 * would stay open for ever (https://docs.libuv.org/en/v1.x/tcp.html#c.uv_tcp_close_reset).
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
