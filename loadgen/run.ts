import type { Client, Outcome } from './client.ts'
import type { After } from './clock.ts'
import { Queue } from './queue.ts'
import type { PlannedRequest } from './schedule.ts'

/** How one planned request ended, with its times in milliseconds. */
export type Settlement =
  | {
      outcome: 'ok' | 'httpErrors'
      status: number
      /** From the instant it was due to the last byte of its answer: what a user waits. */
      responseTimeMs: number
      /** From the instant it was written: what the server, and the network, took. */
      serviceTimeMs: number
      /** For how long, between due and written, it waited for a connection to open; 0 if it did not. */
      connectTimeMs: number
    }
  | { outcome: 'networkErrors'; code: string; connected: boolean }
  | { outcome: 'timeouts' | 'cancelled' | 'neverSent' }

/** What is told of each request as it happens: once `due`, at most once `sent`, once `settled`. */
export type Observer = {
  due(): void
  sent(latenessMs: number): void
  settled(settlement: Settlement): void
}

export type RunOptions = {
  /** Due times in seconds after the start, upwards; returns the seconds that the whole schedule fills. */
  schedule: Iterator<PlannedRequest, number>
  client: Client
  observer: Observer
  /** Beyond so many requests in flight, those that are due wait for a place. */
  maxInFlight: number
  /** How long after the schedule's end answers, and places, are waited for. */
  graceMs: number
  /** The instant of the clock from which due times count. */
  startAt: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

export type RunEnd = {
  /** `completed` by itself, or the reason that `stop` was given. */
  reason: string
  /** Seconds in which requests were issued: the schedule's, or more if the last was sent later, or less if stopped. */
  durationSeconds: number
  /** Seconds that the schedule fills, as far as the run got with it. */
  scheduledSeconds: number
  /** The most requests that waited for a place at once. */
  maxWaiting: number
}

export type Run = {
  /**
   * Ends the run at once: requests in flight are cancelled, and those that were due by now but not
   * sent are settled as never sent. Nothing happens when it has ended already.
   */
  stop(reason: string): void
  finished: Promise<RunEnd>
}

/**
 * Sends each request at the instant when it is due, whatever became of the others: an open loop. One
 * pump releases all that is due and then sleeps until the next, always reckoned from the start, so that
 * lateness doesn't add up; one that wakes late catches up at once.
 *
 * At the schedule's end, answers are waited for, and requests that wait for a place still get theirs,
 * until `graceMs` has gone by; what is then in flight is cancelled, and what still waits was never sent.
 */
export function startRun(options: RunOptions): Run {
  const { schedule, client, observer, maxInFlight, graceMs, startAt, now, after } = options
  const { promise: finished, resolve } = Promise.withResolvers<RunEnd>()
  const waiting = new Queue<PlannedRequest>()
  let inFlight = 0
  let lastSentMs = 0
  let maxWaiting = 0
  let draining = false
  let stopped = false
  let next = schedule.next()
  let cancelTimer = () => {}

  const nextMs = () => (next.done ? next.value : next.value.due) * 1000

  const pump = () => {
    const elapsedMs = now() - startAt
    while (!next.done && nextMs() <= elapsedMs) release(next.value)
    if (!next.done || nextMs() > elapsedMs) {
      cancelTimer = after(startAt + nextMs() - now(), pump)
    } else drain()
  }

  const release = (request: PlannedRequest) => {
    next = schedule.next()
    observer.due()
    if (inFlight < maxInFlight) return send(request)
    waiting.push(request)
    maxWaiting = Math.max(maxWaiting, waiting.length)
  }

  const send = ({ due, target }: PlannedRequest) => {
    const dueAt = startAt + due * 1000
    const sentAt = now()
    inFlight += 1
    lastSentMs = sentAt - startAt
    observer.sent(sentAt - dueAt)
    client.send(target, (outcome) => {
      inFlight -= 1
      observer.settled(settlementOf(outcome, dueAt))
      const waitedLongest = waiting.shift()
      if (waitedLongest !== undefined) send(waitedLongest)
      else if (draining && inFlight === 0) stop('completed')
    })
  }

  const drain = () => {
    draining = true
    if (inFlight === 0) stop('completed')
    else cancelTimer = after(graceMs + startAt + nextMs() - now(), () => stop('completed'))
  }

  const stop = (reason: string) => {
    if (stopped) return
    stopped = true
    cancelTimer()
    const elapsedMs = Math.max(0, now() - startAt)
    while (!next.done && nextMs() <= elapsedMs) {
      next = schedule.next()
      observer.due()
      observer.settled({ outcome: 'neverSent' })
    }
    while (waiting.shift() !== undefined) observer.settled({ outcome: 'neverSent' })
    client.cancel()
    const scheduledSeconds = (draining ? nextMs() : elapsedMs) / 1000
    const durationSeconds = Math.max(scheduledSeconds, draining ? lastSentMs / 1000 : 0)
    resolve({ reason, durationSeconds, scheduledSeconds, maxWaiting })
  }

  cancelTimer = after(startAt - now(), pump)
  return { stop, finished }
}

/** What became of a request that was due at an instant of the clock. */
export function settlementOf(outcome: Outcome, dueAt: number): Settlement {
  if (outcome.kind === 'timeout') return { outcome: 'timeouts' }
  if (outcome.kind === 'cancelled') return { outcome: 'cancelled' }
  if (outcome.kind === 'network error') {
    return { outcome: 'networkErrors', code: outcome.code, connected: outcome.connected }
  }
  const { status, connectMs, writtenAt, endedAt } = outcome
  return {
    outcome: status < 400 ? 'ok' : 'httpErrors',
    status,
    responseTimeMs: endedAt - dueAt,
    serviceTimeMs: endedAt - writtenAt,
    connectTimeMs: connectMs,
  }
}
