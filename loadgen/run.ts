import type { Client, Outcome } from './client.ts'
import type { After } from './clock.ts'

/** How one planned request ended, with its times in milliseconds. */
export type Settlement =
  | {
      outcome: 'ok' | 'httpErrors'
      status: number
      /** From the instant it was due to the last byte of its answer: what a user waits. */
      responseTimeMs: number
      /** From the instant it was written: what the server, and the network, took. */
      serviceTimeMs: number
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
  /** Seconds after the start, upwards; returns the seconds that the whole schedule fills. */
  dueTimes: Iterator<number, number>
  client: Client
  observer: Observer
  /** Beyond so many requests in flight, those that are due wait for a place. */
  maxInFlight: number
  /** How long after the schedule's end answers, and places, are waited for. */
  graceMs: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

export type RunEnd = {
  /** `completed` by itself, or the reason that `stop` was given. */
  reason: string
  /** Seconds in which requests were issued: the schedule's, or more if the last was sent later, or less if stopped. */
  durationSeconds: number
  /** The most requests that waited for a place at once. */
  maxWaiting: number
}

export type Run = {
  /**
   * Ends the run at once: requests in flight are cancelled, and those that were due by now but not
   * sent are settled as never sent. Nothing happens when it has ended already.
   */
  stop(reason: string): void
  inFlight(): number
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
  const { dueTimes, client, observer, maxInFlight, graceMs, now, after } = options
  const { promise: finished, resolve } = Promise.withResolvers<RunEnd>()
  const start = now()
  const waiting = new Queue()
  let inFlight = 0
  let lastSentMs = 0
  let maxWaiting = 0
  let stopped = false
  let next = dueTimes.next()
  let cancelTimer = () => {}

  const pump = () => {
    const elapsedMs = now() - start
    while (!next.done && next.value * 1000 <= elapsedMs) release(start + next.value * 1000)
    const wakeMs = next.value * 1000
    if (!next.done || wakeMs > elapsedMs) cancelTimer = after(wakeMs - (now() - start), pump)
    else drain()
  }

  const release = (due: number) => {
    next = dueTimes.next()
    observer.due()
    if (inFlight < maxInFlight) return send(due)
    waiting.push(due)
    maxWaiting = Math.max(maxWaiting, waiting.length)
  }

  const send = (due: number) => {
    inFlight += 1
    const sentAt = now()
    lastSentMs = sentAt - start
    observer.sent(sentAt - due)
    client.send((outcome) => {
      inFlight -= 1
      observer.settled(settlementOf(outcome, due))
      const waitedLongest = waiting.shift()
      if (waitedLongest !== undefined) send(waitedLongest)
      else if (draining && inFlight === 0) stop('completed')
    })
  }

  let draining = false
  const drain = () => {
    draining = true
    if (inFlight === 0) stop('completed')
    else cancelTimer = after(graceMs + (start + scheduledMs() - now()), () => stop('completed'))
  }

  const scheduledMs = () => (next.done ? next.value * 1000 : Number.POSITIVE_INFINITY)

  const stop = (reason: string) => {
    if (stopped) return
    stopped = true
    cancelTimer()
    const elapsedMs = now() - start
    while (!next.done && next.value * 1000 <= elapsedMs) {
      next = dueTimes.next()
      observer.due()
      observer.settled({ outcome: 'neverSent' })
    }
    while (waiting.shift() !== undefined) observer.settled({ outcome: 'neverSent' })
    client.cancel()
    const issuingMs = draining ? Math.max(scheduledMs(), lastSentMs) : elapsedMs
    resolve({ reason, durationSeconds: issuingMs / 1000, maxWaiting })
  }

  cancelTimer = after(0, pump)
  return { stop, inFlight: () => inFlight, finished }
}

const settlementOf = (outcome: Outcome, due: number): Settlement => {
  if (outcome.kind === 'timeout') return { outcome: 'timeouts' }
  if (outcome.kind === 'cancelled') return { outcome: 'cancelled' }
  if (outcome.kind === 'network error') {
    return { outcome: 'networkErrors', code: outcome.code, connected: outcome.connected }
  }
  const { status, writtenAt, endedAt } = outcome
  return {
    outcome: status < 400 ? 'ok' : 'httpErrors',
    status,
    responseTimeMs: endedAt - due,
    serviceTimeMs: endedAt - writtenAt,
  }
}

/** First in, first out; an array's own `shift` moves all the rest each time. */
class Queue {
  #items: number[] = []
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: number): void {
    this.#items.push(item)
  }

  shift(): number | undefined {
    const item = this.#items[this.#head]
    if (item === undefined) return undefined
    this.#head += 1
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }
}
