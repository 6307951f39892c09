import type { Server } from 'node:http'
import type { LabHandler } from './exchange.ts'

/**
 * Wraps a handler so that it takes no new work while the server drains: 503, and the connection is
 * closed so that the client turns elsewhere.
 */
export function unlessDraining(draining: () => boolean, handler: LabHandler): LabHandler {
  return function refuseWhileDraining(c) {
    if (!draining()) return handler(c)
    return c.text('draining\n', 503, { Connection: 'close', 'Retry-After': '1' })
  }
}

export type DrainOptions = {
  /** How many requests have not ended yet. */
  inFlight: () => number
  /** How long they may take, in milliseconds. */
  deadlineMs: number
  now?: () => number
  sleep?: (ms: number) => Promise<unknown>
}

/**
 * Ends a server in good order: idle connections at once, busy ones as soon as they are idle, whatever
 * is left after the deadline by force. It listens until the requests in flight have ended, so that a
 * readiness probe finds it draining, not gone.
 *
 * Resolves to the number of requests that were cut off.
 */
export async function drain(
  server: Server,
  { inFlight, deadlineMs, now = performance.now.bind(performance), sleep = sleepFor }: DrainOptions,
): Promise<number> {
  const deadline = now() + deadlineMs
  server.closeIdleConnections()
  while (inFlight() > 0 && now() < deadline) {
    await sleep(10)
    server.closeIdleConnections()
  }
  const cutOff = inFlight()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
  return cutOff
}

const sleepFor = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
