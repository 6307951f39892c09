import { Histogram } from './histogram.ts'
import type { Observer, Settlement } from './run.ts'

/** What can become of a planned request; each ends as exactly one of these. */
export const outcomes = [
  'ok',
  'httpErrors',
  'networkErrors',
  'timeouts',
  'cancelled',
  'neverSent',
] as const

export type OutcomeName = (typeof outcomes)[number]

/**
 * The account of a run: every request that was due, and what became of it. The times of all whole
 * answers are in two histograms, errors of the server's included; what had no answer has no time.
 */
export class Ledger implements Observer {
  planned = 0
  sentCount = 0
  readonly counts: Record<OutcomeName, number> = {
    ok: 0,
    httpErrors: 0,
    networkErrors: 0,
    timeouts: 0,
    cancelled: 0,
    neverSent: 0,
  }
  /** Answers by status code. */
  readonly statusCodes = new Map<number, number>()
  /** Network errors by the system's code. */
  readonly errorCodes = new Map<string, number>()
  /** Network errors that were failures to connect. */
  connectFailures = 0
  readonly responseTime = new Histogram()
  readonly serviceTime = new Histogram()
  readonly lateness = new Histogram()

  due(): void {
    this.planned += 1
  }

  sent(latenessMs: number): void {
    this.sentCount += 1
    this.lateness.record(latenessMs * 1000)
  }

  settled(settlement: Settlement): void {
    this.counts[settlement.outcome] += 1
    if ('status' in settlement) {
      increment(this.statusCodes, settlement.status)
      this.responseTime.record(settlement.responseTimeMs * 1000)
      this.serviceTime.record(settlement.serviceTimeMs * 1000)
    } else if ('code' in settlement) {
      increment(this.errorCodes, settlement.code)
      if (!settlement.connected) this.connectFailures += 1
    }
  }

  /** Whole answers, of whatever status. */
  get answered(): number {
    return this.counts.ok + this.counts.httpErrors
  }

  /** Requests that are settled, however. */
  get settledCount(): number {
    return outcomes.reduce((sum, outcome) => sum + this.counts[outcome], 0)
  }

  /** How the finished account fails to add up, or null if it does. Not for a run that still goes on. */
  imbalance(): string | null {
    if (this.planned !== this.settledCount) {
      return `${this.planned} requests were planned, and ${this.settledCount} have an outcome`
    }
    if (this.sentCount !== this.planned - this.counts.neverSent) {
      return `${this.sentCount} requests were sent, of ${this.planned} planned less ${this.counts.neverSent} never sent`
    }
    if (this.responseTime.count !== this.answered || this.serviceTime.count !== this.answered) {
      return `${this.answered} requests were answered, and ${this.responseTime.count} have a response time, ${this.serviceTime.count} a service time`
    }
    return null
  }

  /**
   * Has there been nothing but failures to connect, and at least one? Then the target isn't there, and
   * going on would only repeat that.
   */
  get onlyConnectFailures(): boolean {
    return this.connectFailures > 0 && this.connectFailures === this.settledCount
  }
}

const increment = <Key>(counts: Map<Key, number>, key: Key) =>
  counts.set(key, (counts.get(key) ?? 0) + 1)
