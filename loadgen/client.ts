import type { Address } from './address.ts'
import type { After } from './clock.ts'
import { type Connection, type ExchangeEnd, openConnection } from './connection.ts'

/** How one request ended; instants in milliseconds of the given clock. */
export type Outcome =
  | { kind: 'answer'; status: number; writtenAt: number; endedAt: number }
  | { kind: 'network error'; code: string; connected: boolean }
  | { kind: 'timeout' }
  | { kind: 'cancelled' }

/** Sends one and the same request as often as asked, each time without waiting for the others. */
export type Client = {
  /** Sends now. `onDone` is called once, and never before `send` has returned. */
  send(onDone: (outcome: Outcome) => void): void
  /** Ends every request in flight as `cancelled`, and closes all connections. */
  cancel(): void
  /** Requests that were sent a second time, because a kept connection had closed under them. */
  readonly staleRetries: number
}

export type ClientOptions = {
  url: URL
  /** Where to connect; the URL's host is what the server is told. */
  address: Address
  /** From `send` to the last byte of the answer. */
  timeoutMs: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

/**
 * A client that opens a connection whenever none is free, and keeps each one for the next request.
 *
 * A server may close a kept connection just as the next request is written. That says nothing of the
 * server's latency, and can't be ruled out from this side (https://github.com/nodejs/node/issues/47130),
 * so such a request is sent once more on a new connection, counted, and its timeout goes on running.
 */
export function createClient({ url, address, timeoutMs, now, after }: ClientOptions): Client {
  const request = Buffer.from(
    `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n` +
      'User-Agent: latency-lab-loadgen\r\nAccept: */*\r\n\r\n',
    'latin1',
  )
  // The connection used last is taken first, so that those which a burst has opened can grow old and close.
  const idle: Connection[] = []
  // All have the same timeout, so in order of sending is in order of deadline: one timer, for the first.
  const inFlight = new Set<Request>()
  let cancelTimer: (() => void) | null = null
  let staleRetries = 0

  const settle = (sent: Request, outcome: Outcome) => {
    inFlight.delete(sent)
    sent.onDone(outcome)
  }

  const transmit = (sent: Request, connection: Connection) => {
    const wasUsed = connection.used
    sent.connection = connection
    connection.exchange(request, (end) => {
      if (end.kind === 'answer') {
        if (end.reusable) idle.push(connection)
        settle(sent, end)
      } else if (wasUsed && closedUnderway(end)) {
        staleRetries += 1
        transmit(sent, open())
      } else {
        settle(sent, { kind: 'network error', code: end.code, connected: end.connected })
      }
    })
  }

  const open = () =>
    openConnection({
      host: address.host,
      port: address.port,
      now,
      onIdleClose: (connection) => {
        const at = idle.indexOf(connection)
        if (at >= 0) idle.splice(at, 1)
      },
    })

  const expire = () => {
    for (const late of inFlight) {
      if (late.deadline > now()) break
      late.connection?.destroy()
      settle(late, { kind: 'timeout' })
    }
    cancelTimer = null
    const [first] = inFlight
    if (first) setTimer(first.deadline)
  }

  const setTimer = (deadline: number) => {
    cancelTimer ??= after(Math.max(1, deadline - now()), expire)
  }

  return {
    send(onDone) {
      const sent: Request = { onDone, deadline: now() + timeoutMs, connection: null }
      inFlight.add(sent)
      setTimer(sent.deadline)
      transmit(sent, idle.pop() ?? open())
    },
    cancel() {
      for (const sent of inFlight) {
        sent.connection?.destroy()
        settle(sent, { kind: 'cancelled' })
      }
      for (const connection of idle.splice(0)) connection.destroy()
      cancelTimer?.()
      cancelTimer = null
    },
    get staleRetries() {
      return staleRetries
    },
  }
}

type Request = {
  onDone: (outcome: Outcome) => void
  deadline: number
  connection: Connection | null
}

const closedUnderway = (end: ExchangeEnd & { kind: 'failure' }) =>
  !end.begun && end.code !== 'malformed answer'
