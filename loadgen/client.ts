import { createSecureContext } from 'node:tls'
import type { After } from './clock.ts'
import { Connection, type ExchangeEnd, type Origin } from './connection.ts'
import type { HttpRequest } from './http-request.ts'
import { IdleConnections } from './idle-connections.ts'
import { InFlight } from './in-flight.ts'
import { WaitingRequests } from './waiting-requests.ts'

/** How one request ended; instants in milliseconds of the given clock. */
export type Outcome =
  | {
      kind: 'answer'
      status: number
      /** For how long it waited for a connection to open; 0 when it did not have to. */
      connectMs: number
      writtenAt: number
      endedAt: number
    }
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
  /** The longest time in milliseconds that it took to begin all connections that were needed at once. */
  readonly longestOpeningMs: number
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

/**
 * So many connections are begun before what has arrived on the others is seen to: to begin one takes some
 * 0.1 ms, and a thousand in a row would keep the answers waiting that would have made them needless.
 */
const opensATurn = 16
/** How long before the server would close an idle connection we do: a request may be on its way so long. */
const keepAliveMarginMs = 1000
/** What a server does that says nothing of it; Node's own closes after 5 s, and others later. */
const usualKeepAliveMs = 5000
/** How often idle connections are looked through; well within the margin. */
const retireEveryMs = 500

/**
 * A client that opens a connection for each request that finds none free, and keeps each one for the next
 * request. A request goes out on the first connection that there is, one that has opened or one that has
 * become free meanwhile: otherwise a burst would wait for as many TLS handshakes as it has requests.
 *
 * A server may close a kept connection just as the next request is written. That says nothing of the
 * server's latency, and can't be ruled out from this side (https://github.com/nodejs/node/issues/47130),
 * so such a request is sent once more on a new connection, counted, and its timeout goes on running. One
 * that is not idempotent, such as a POST, is not: the server may have carried it out before it closed.
 */
export function createClient({ targets, ca, timeoutMs, now, after }: ClientOptions): Client {
  const pools = poolsOf(targets)
  // All have the same timeout, so in order of sending is in order of deadline: one timer, for the first.
  const inFlight = new InFlight<Sent>()
  let cancelTimer: (() => void) | null = null
  let cancelRetire: (() => void) | null = null
  let cancelOpening: (() => void) | null = null
  let openedThisTurn = 0
  let openingSince = 0
  let longestOpeningMs = 0
  let staleRetries = 0

  const settle = (sent: Sent, outcome: Outcome) => {
    if (sent.connection === null) sent.pool.waiting.leave(sent)
    inFlight.remove(sent)
    sent.onDone(outcome)
  }

  const onEnd = (sent: Sent, end: ExchangeEnd, connection: Connection<Sent>) => {
    if (end.kind === 'answer') {
      if (connection.reusable) offer(sent.pool, connection)
      settle(sent, { ...end, connectMs: sent.waited ? end.writtenAt - sent.sentAt : 0 })
    } else if (!sent.fresh && sent.request.idempotent && closedUnderway(end)) {
      staleRetries += 1
      sent.fresh = true
      wait(sent)
    } else {
      settle(sent, { kind: 'network error', code: end.code, connected: true })
    }
  }

  /** Has a request go out on the next connection that there is. */
  const wait = (sent: Sent) => {
    sent.connection = null
    sent.waited = true
    sent.pool.waiting.join(sent)
    open(sent.pool)
  }

  const transmit = (sent: Sent, connection: Connection<Sent>) => {
    sent.connection = connection
    connection.exchange(sent.request, sent)
  }

  const secureContext = targets.some(({ origin }) => origin.tlsName !== null)
    ? createSecureContext(ca === null ? {} : { ca })
    : null

  /** Begins a connection for each request that waits, but for those that are begun in later turns. */
  const open = (pool: Pool) => {
    const { origin, opening, waiting } = pool
    while (opening.size < waiting.size) {
      if (openedThisTurn === opensATurn) return openLater()
      openedThisTurn += 1
      opening.add(new Connection<Sent>({ origin, secureContext, now, onOpen, onEnd }))
    }
  }

  const openLater = () => {
    if (cancelOpening !== null) return
    if (openingSince === 0) openingSince = now()
    cancelOpening = after(0, () => {
      cancelOpening = null
      openedThisTurn = 0
      for (const pool of pools) open(pool)
      if (cancelOpening !== null) return
      longestOpeningMs = Math.max(longestOpeningMs, now() - openingSince)
      openingSince = 0
    })
  }

  /** A connection has opened, or could not: then the request that has waited longest has failed. */
  const onOpen = (connection: Connection<Sent>, failure: string | null) => {
    const pool = pools.find(({ opening }) => opening.delete(connection))
    const sent = pool?.waiting.first(true)
    if (!pool) return
    if (failure !== null) {
      if (sent) settle(sent, { kind: 'network error', code: failure, connected: false })
      return open(pool)
    }
    if (!sent) return keep(pool, connection)
    pool.waiting.leave(sent)
    sent.fresh = true
    transmit(sent, connection)
  }

  /** Gives a used connection to the request that has waited longest, or keeps it. */
  const offer = (pool: Pool, connection: Connection<Sent>) => {
    const sent = pool.waiting.first(false)
    if (!sent) return keep(pool, connection)
    pool.waiting.leave(sent)
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
      giveUpOne(late.pool)
    }
    cancelTimer = inFlight.first
      ? after(Math.max(1, inFlight.first.deadline - now()), expire)
      : null
  }

  /** What nobody waits for any more is not to hold up those who come after: it has had its time. */
  const giveUpOne = ({ opening, waiting }: Pool) => {
    const [oldest] = opening
    if (!oldest || opening.size <= waiting.size) return
    oldest.destroy()
    opening.delete(oldest)
  }

  return {
    send(target, onDone) {
      const pool = pools[target] as Pool
      const { request } = targets[target] as Target
      const time = now()
      const sent = new Sent(pool, request, time, time + timeoutMs, onDone)
      inFlight.push(sent)
      cancelTimer ??= after(timeoutMs, expire)
      const connection = pool.idle.take(time)
      if (connection) transmit(sent, connection)
      else wait(sent)
    },
    cancel() {
      while (inFlight.first) {
        inFlight.first.connection?.destroy()
        settle(inFlight.first, { kind: 'cancelled' })
      }
      for (const { idle, opening } of pools) {
        idle.clear()
        for (const connection of opening) connection.destroy()
        opening.clear()
      }
      for (const cancelIt of [cancelTimer, cancelRetire, cancelOpening]) cancelIt?.()
      cancelTimer = cancelRetire = cancelOpening = null
    },
    get longestOpeningMs() {
      return longestOpeningMs
    },
    get staleRetries() {
      return staleRetries
    },
  }
}

const closedUnderway = (end: ExchangeEnd & { kind: 'failure' }) =>
  !end.begun && end.code !== 'malformed answer'

/** The connections to one origin, and the requests that wait for one. */
type Pool = {
  origin: Origin
  idle: IdleConnections<Sent>
  opening: Set<Connection<Sent>>
  waiting: WaitingRequests<Sent>
}

/** The pool of each target; targets of the same origin share one. */
const poolsOf = (targets: readonly Target[]): Pool[] => {
  const pools = new Map<string, Pool>()
  return targets.map(({ origin }) => {
    const key = JSON.stringify(origin)
    const pool = pools.get(key) ?? {
      origin,
      idle: new IdleConnections<Sent>(),
      opening: new Set<Connection<Sent>>(),
      waiting: new WaitingRequests<Sent>(),
    }
    pools.set(key, pool)
    return pool
  })
}

/** A request in flight. */
class Sent {
  readonly pool: Pool
  readonly request: HttpRequest
  readonly sentAt: number
  readonly deadline: number
  readonly onDone: (outcome: Outcome) => void
  /** The one that carries it; null while it waits. */
  connection: Connection<Sent> | null = null
  waited = false
  /** Is it on a connection that was opened for nobody else, or has it to be? */
  fresh = false
  previous: Sent | null = null
  next: Sent | null = null

  constructor(
    pool: Pool,
    request: HttpRequest,
    sentAt: number,
    deadline: number,
    onDone: (outcome: Outcome) => void,
  ) {
    this.pool = pool
    this.request = request
    this.sentAt = sentAt
    this.deadline = deadline
    this.onDone = onDone
  }
}
