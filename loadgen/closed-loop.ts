import type { Client, Outcome } from './client.ts'
import type { After } from './clock.ts'
import { type Observer, type Run, type RunEnd, settlementOf } from './run.ts'

export type ClosedLoopOptions = {
  client: Client
  observer: Observer
  /** So many requests are in flight at any time. */
  connections: number
  /** Nothing is sent from this many milliseconds on; infinite for no such end. */
  durationMs: number
  /** Nothing is sent after this many; infinite for no such end. */
  requests: number
  /** Where the next request goes. */
  nextTarget: () => number
  /** How long after the end answers are waited for. */
  graceMs: number
  /** The instant of the clock at which the first requests are sent. */
  startAt: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

/** A server that refuses at once would otherwise be asked as fast as this machine can. */
const pauseAfterErrorMs = 10

/**
 * Sends the next request of each connection when the answer to the one before has come: a closed loop,
 * for comparing with the tools that do only that. A slow server is asked less, so the load follows the
 * server, and the time in which nobody asked is in no figure (coordinated omission). No request is due
 * before it is written: response time is service time here, and there is no lateness.
 */
export function startClosedLoop(options: ClosedLoopOptions): Run {
  const { client, observer, connections, durationMs, requests, graceMs, startAt, now, after } =
    options
  const { promise: finished, resolve } = Promise.withResolvers<RunEnd>()
  const timers = new Set<() => void>()
  let sent = 0
  let inFlight = 0
  let pausing = 0
  let lastSentMs = 0
  let stopped = false

  const isOver = () => stopped || sent >= requests || now() - startAt >= durationMs

  const next = () => {
    if (!isOver()) send()
    else if (inFlight === 0 && pausing === 0) stop('completed')
  }

  const send = () => {
    sent += 1
    inFlight += 1
    lastSentMs = now() - startAt
    observer.due()
    observer.sent(0)
    client.send(options.nextTarget(), ended)
  }

  const ended = (outcome: Outcome) => {
    inFlight -= 1
    observer.settled(settlementOf(outcome, outcome.kind === 'answer' ? outcome.writtenAt : 0))
    if (outcome.kind !== 'network error') return next()
    pausing += 1
    plan(pauseAfterErrorMs, () => {
      pausing -= 1
      next()
    })
  }

  const plan = (ms: number, callback: () => void) => {
    const cancel = after(ms, () => {
      timers.delete(cancel)
      callback()
    })
    timers.add(cancel)
  }

  const stop = (reason: string) => {
    if (stopped) return
    stopped = true
    for (const cancel of timers) cancel()
    const elapsedMs = Math.max(0, now() - startAt)
    client.cancel()
    // Those that ended by their number took as long as it took to send them.
    const issuingMs = Math.min(elapsedMs, sent >= requests ? lastSentMs : durationMs)
    const durationSeconds = issuingMs / 1000
    resolve({ reason, durationSeconds, scheduledSeconds: durationSeconds, maxWaiting: 0 })
  }

  plan(startAt - now(), () => {
    for (let n = 0; n < connections; n++) next()
  })
  if (durationMs !== Number.POSITIVE_INFINITY) {
    plan(startAt + durationMs + graceMs - now(), () => stop('completed'))
  }
  return { stop, finished }
}
