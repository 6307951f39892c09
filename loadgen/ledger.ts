import { BucketCounts } from './bucket-counts.ts'
import { Histogram, type HistogramData } from './histogram.ts'
import { latencyBucketsUs, latenessBucketsUs } from './metric-buckets.ts'
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
 * The account of a run, or of a stretch of one thread's part in it: every request that was due, and what
 * became of it. The times of all whole answers are in histograms, errors of the server's included; what
 * had no answer has no time. Accounts add up to the same as if all had been one.
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
  responseTime = new Histogram()
  serviceTime = new Histogram()
  lateness = new Histogram()
  /** Of the answered requests that had to wait for a connection to open, and of no others. */
  connectTime = new Histogram()
  /** The same times once more, in the buckets of `/metrics`. */
  readonly buckets = {
    responseTime: new BucketCounts(latencyBucketsUs),
    serviceTime: new BucketCounts(latencyBucketsUs),
    lateness: new BucketCounts(latenessBucketsUs),
  }

  due(): void {
    this.planned += 1
  }

  sent(latenessMs: number): void {
    this.sentCount += 1
    this.lateness.record(latenessMs * 1000)
    this.buckets.lateness.record(latenessMs * 1000)
  }

  settled(settlement: Settlement): void {
    this.counts[settlement.outcome] += 1
    if ('status' in settlement) {
      increment(this.statusCodes, settlement.status)
      this.responseTime.record(settlement.responseTimeMs * 1000)
      this.serviceTime.record(settlement.serviceTimeMs * 1000)
      this.buckets.responseTime.record(settlement.responseTimeMs * 1000)
      this.buckets.serviceTime.record(settlement.serviceTimeMs * 1000)
      if (settlement.connectTimeMs > 0) this.connectTime.record(settlement.connectTimeMs * 1000)
    } else if ('code' in settlement) {
      increment(this.errorCodes, settlement.code)
      if (!settlement.connected) this.connectFailures += 1
    }
  }

  /** Adds another account to this one. */
  add(other: Ledger): void {
    this.planned += other.planned
    this.sentCount += other.sentCount
    this.connectFailures += other.connectFailures
    for (const outcome of outcomes) this.counts[outcome] += other.counts[outcome]
    for (const [status, count] of other.statusCodes) increment(this.statusCodes, status, count)
    for (const [code, count] of other.errorCodes) increment(this.errorCodes, code, count)
    for (const time of times) this[time].add(other[time])
    for (const time of bucketed) this.buckets[time].add(other.buckets[time])
  }

  /** Forgets all, keeping the memory. */
  clear(): void {
    this.planned = 0
    this.sentCount = 0
    this.connectFailures = 0
    for (const outcome of outcomes) this.counts[outcome] = 0
    this.statusCodes.clear()
    this.errorCodes.clear()
    for (const time of times) this[time].clear()
    for (const time of bucketed) this.buckets[time].clear()
  }

  /** All that it holds, as plain data that can be sent to another thread. */
  toData(): LedgerData {
    const { planned, sentCount, connectFailures, counts, statusCodes, errorCodes, buckets } = this
    const histograms = times.map((time) => this[time].toData())
    const bucketCounts = bucketed.map((time) => buckets[time].counts)
    return {
      planned,
      sentCount,
      connectFailures,
      counts,
      statusCodes,
      errorCodes,
      histograms,
      bucketCounts,
    }
  }

  /** The account of what another one's `toData` gave. */
  static from(data: LedgerData): Ledger {
    const ledger = new Ledger()
    ledger.planned = data.planned
    ledger.sentCount = data.sentCount
    ledger.connectFailures = data.connectFailures
    Object.assign(ledger.counts, data.counts)
    for (const [status, count] of data.statusCodes) ledger.statusCodes.set(status, count)
    for (const [code, count] of data.errorCodes) ledger.errorCodes.set(code, count)
    for (const [n, time] of times.entries()) {
      ledger[time] = Histogram.from(data.histograms[n] as HistogramData)
    }
    for (const [n, time] of bucketed.entries()) {
      ledger.buckets[time].counts.set(data.bucketCounts[n] ?? [])
    }
    return ledger
  }

  /** Requests sent, and not yet ended. */
  get inFlight(): number {
    return this.sentCount - (this.settledCount - this.counts.neverSent)
  }

  /** Whole answers, of whatever status. */
  get answered(): number {
    return this.counts.ok + this.counts.httpErrors
  }

  /**
   * Requests that somebody waited for in vain: failed, timed out, or never sent. Those that were cancelled
   * are not among them: it was the run that did not wait.
   */
  get unanswered(): number {
    const { networkErrors, timeouts, neverSent } = this.counts
    return networkErrors + timeouts + neverSent
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

const bucketed = ['responseTime', 'serviceTime', 'lateness'] as const
const times = [...bucketed, 'connectTime'] as const

/** An account as plain data; histograms in the order of `times`, bucket counts in that of `bucketed`. */
export type LedgerData = Pick<
  Ledger,
  'planned' | 'sentCount' | 'connectFailures' | 'counts' | 'statusCodes' | 'errorCodes'
> & { histograms: HistogramData[]; bucketCounts: Float64Array[] }

const increment = <Key>(counts: Map<Key, number>, key: Key, by = 1) =>
  counts.set(key, (counts.get(key) ?? 0) + by)
