import { createSecureContext } from 'node:tls'
import type { After } from './clock.ts'
import { Connection, type ExchangeEnd, type Origin } from './connection.ts'
import type { HttpRequest } from './http-request.ts'
import { IdleConnections } from './idle-connections.ts'
import { Queue } from './queue.ts'

/** How one request ended; instants in milliseconds of the given clock. */
export type Outcome =
  | { kind: 'answer'; status: number; writtenAt: number; endedAt: number }
  | { kind: 'network error'; code: string; connected: boolean }
  | { kind: 'timeout' }
  | { kind: 'cancelled' }

/** Sends the requests of a run, each without waiting for the others. */
export type Client = {
  /** Sends the request of a target now. `onDone` is called once, and never before `send` has returned. */
  send(target: number, onDone: (outcome: Outcome) => void): void
  /** Ends every request in flight as `cancelled`, and closes all connections. */
  cancel(): void
  /** Requests that were sent a second time, because a kept connection had closed under them. */
  readonly staleRetries: number
}

/** Where to send, and what. */
export type Target = { origin: Origin; request: HttpRequest }

export type ClientOptions = {
  targets: readonly Target[]
  /** The certificates to trust, as PEM; null for those that Node trusts. */
  ca: string | null
  /** From `send` to the last byte of the answer. */
  timeoutMs: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

/** How long before the server would close an idle connection we do: a request may be on its way so long. */
const keepAliveMarginMs = 1000
/** What a server does that says nothing of it; Node's own closes after 5 s, and others later. */
const usualKeepAliveMs = 5000
/** How often idle connections are looked through; well within the margin. */
const retireEveryMs = 500

/**
 * A client that opens a connection whenever none is free, and keeps each one for the next request. A
 * request goes out on the first connection that there is, its own or one that has become free meanwhile:
 * otherwise a burst would wait for as many TLS handshakes as it has requests.
 *
 * A server may close a kept connection just as the next request is written. That says nothing of the
 * server's latency, and can't be ruled out from this side (https://github.com/nodejs/node/issues/47130),
 * so such a request is sent once more on a new connection, counted, and its timeout goes on running. One
 * that is not idempotent, such as a POST, is not: the server may have carried it out before it closed.
 */
export function createClient({ targets, ca, timeoutMs, now, after }: ClientOptions): Client {
  const pools = poolsOf(targets)
  // All have the same timeout, so in order of sending is in order of deadline: one timer, for the first.
  const inFlight = new SentList()
  let cancelTimer: (() => void) | null = null
  let cancelRetire: (() => void) | null = null
  let staleRetries = 0

  const settle = (sent: Sent, outcome: Outcome) => {
    sent.ended = true
    inFlight.remove(sent)
    sent.onDone(outcome)
  }

  const onEnd = (sent: Sent, end: ExchangeEnd, connection: Connection<Sent>) => {
    if (end.kind === 'answer') {
      if (connection.reusable) free(sent.pool, connection)
      settle(sent, end)
    } else if (connection.used && sent.request.idempotent && closedUnderway(end)) {
      staleRetries += 1
      transmit(sent, open(sent.pool))
    } else {
      settle(sent, { kind: 'network error', code: end.code, connected: end.connected })
    }
  }

  const secureContext = targets.some(({ origin }) => origin.tlsName !== null)
    ? createSecureContext(ca === null ? {} : { ca })
    : null
  const open = (pool: Pool) => {
    const onFree = (connection: Connection<Sent>) => {
      pool.spare.delete(connection)
      if (!connection.closed) free(pool, connection)
    }
    return new Connection<Sent>({ origin: pool.origin, secureContext, now, onFree, onEnd })
  }

  const transmit = (sent: Sent, connection: Connection<Sent>) => {
    sent.connection = connection
    connection.exchange(sent.request, sent)
    if (!connection.opening) return
    // What no longer waits is let go here too, for no connection may ever become free.
    firstWaiting(sent.pool)
    sent.pool.waiting.push(sent)
  }

  /** Gives a connection to the request that has waited longest for one of its own to open, or keeps it. */
  const free = (pool: Pool, connection: Connection<Sent>) => {
    const sent = firstWaiting(pool)
    if (!sent?.connection) return keep(pool, connection)
    pool.waiting.shift()
    sent.connection.withdraw()
    pool.spare.add(sent.connection)
    transmit(sent, connection)
  }

  const keep = (pool: Pool, connection: Connection<Sent>) => {
    const keptMs = connection.keepAliveMs ?? usualKeepAliveMs
    // Half of it where the margin would leave nothing.
    pool.idle.put(connection, now() + Math.max(keptMs - keepAliveMarginMs, keptMs / 2))
    cancelRetire ??= after(retireEveryMs, retire)
  }

  const retire = () => {
    const left = pools.map(({ idle }) => idle.retire(now()))
    cancelRetire = left.includes(true) ? after(retireEveryMs, retire) : null
  }

  const expire = () => {
    const time = now()
    while (inFlight.first && inFlight.first.deadline <= time) {
      const late = inFlight.first
      late.connection?.destroy()
      settle(late, { kind: 'timeout' })
    }
    cancelTimer = inFlight.first
      ? after(Math.max(1, inFlight.first.deadline - now()), expire)
      : null
  }

  return {
    send(target, onDone) {
      const pool = pools[target] as Pool
      const { request } = targets[target] as Target
      const time = now()
      const sent = new Sent(pool, request, time + timeoutMs, onDone)
      inFlight.push(sent)
      cancelTimer ??= after(timeoutMs, expire)
      transmit(sent, pool.idle.take(time) ?? open(pool))
    },
    cancel() {
      while (inFlight.first) {
        inFlight.first.connection?.destroy()
        settle(inFlight.first, { kind: 'cancelled' })
      }
      for (const { idle, spare } of pools) {
        idle.clear()
        for (const connection of spare) connection.destroy()
        spare.clear()
      }
      cancelTimer?.()
      cancelRetire?.()
      cancelTimer = null
      cancelRetire = null
    },
    get staleRetries() {
      return staleRetries
    },
  }
}

const closedUnderway = (end: ExchangeEnd & { kind: 'failure' }) =>
  !end.begun && end.code !== 'malformed answer'

/** The connections to one origin. */
type Pool = {
  origin: Origin
  idle: IdleConnections<Sent>
  /** Requests whose connection was opening when they were given to it. */
  waiting: Queue<Sent>
  /** Connections that are opening, and whose request has found another. */
  spare: Set<Connection<Sent>>
}

/** Which request waits for its connection to open, the longest? The others before it are forgotten. */
const firstWaiting = ({ waiting }: Pool): Sent | undefined => {
  while (waiting.first && !isWaiting(waiting.first)) waiting.shift()
  return waiting.first
}

const isWaiting = ({ ended, connection }: Sent): boolean => !ended && connection?.opening === true

/** The pool of each target; targets of the same origin share one. */
const poolsOf = (targets: readonly Target[]): Pool[] => {
  const pools = new Map<string, Pool>()
  return targets.map(({ origin }) => {
    const key = JSON.stringify(origin)
    const pool = pools.get(key) ?? {
      origin,
      idle: new IdleConnections<Sent>(),
      waiting: new Queue<Sent>(),
      spare: new Set<Connection<Sent>>(),
    }
    pools.set(key, pool)
    return pool
  })
}

/** A request in flight. */
class Sent {
  readonly pool: Pool
  readonly request: HttpRequest
  readonly deadline: number
  readonly onDone: (outcome: Outcome) => void
  connection: Connection<Sent> | null = null
  ended = false
  previous: Sent | null = null
  next: Sent | null = null

  constructor(
    pool: Pool,
    request: HttpRequest,
    deadline: number,
    onDone: (outcome: Outcome) => void,
  ) {
    this.pool = pool
    this.request = request
    this.deadline = deadline
    this.onDone = onDone
  }
}

/** A list from which any member leaves in one step, and without memory of its own. */
class SentList {
  first: Sent | null = null
  #last: Sent | null = null

  push(sent: Sent): void {
    sent.previous = this.#last
    if (this.#last) this.#last.next = sent
    else this.first = sent
    this.#last = sent
  }

  remove(sent: Sent): void {
    const { previous, next } = sent
    if (previous) previous.next = next
    else this.first = next
    if (next) next.previous = previous
    else this.#last = previous
    sent.previous = null
    sent.next = null
  }
}
