import { askedRate } from './asked-rate.ts'
import { type Checked, checkExpectations } from './expect.ts'
import type { Histogram } from './histogram.ts'
import type { Ledger, OutcomeName } from './ledger.ts'
import type { Options } from './options.ts'
import { formatProfile } from './profile.ts'
import type { RunEnd } from './run.ts'
import { formatShard } from './share.ts'
import type { TimeSeries } from './time-series.ts'
import type { Verdict } from './verdict.ts'

/** The quantiles of a summary, by the names that the result gives them. */
export const quantiles = {
  p50: 0.5,
  p75: 0.75,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p99_9: 0.999,
  p99_99: 0.9999,
} as const

/** All in seconds but `count`; null when nothing was recorded. */
export type Summary = { count: number } & Record<
  'mean' | 'min' | 'max' | keyof typeof quantiles,
  number | null
>

export type Result = Record<OutcomeName | 'planned' | 'sent' | 'staleRetries', number> & {
  /** Answers by status code. */
  statusCodes: Record<string, number>
  /** Network errors by code. */
  errorCodes: Record<string, number>
  /** Requests a second; `asked` is null in a closed loop; `achieved` is what was sent, null when the run had no length. */
  rate: { asked: number | null; achieved: number | null }
  responseTime: Summary
  serviceTime: Summary
  lateness: Summary
  /** Of the answered requests that had to wait for a connection to open. */
  connectTime: Summary
  verdict: Verdict['verdict']
  reasons: string[]
  expectations: Checked[]
  seed: number
  /** ISO 8601, UTC. */
  startedAt: string
  durationSeconds: number
  options: Record<string, string | number | null>
}

export type RunRecord = {
  options: Options
  ledger: Ledger
  end: RunEnd
  verdict: Verdict
  staleRetries: number
  startedAt: Date
  /** Kept for a page only. */
  series: TimeSeries | null
  /** What went wrong with the generator itself, so that its account can't be relied on; null when nothing did. */
  fault: string | null
}

/** The result of a run as plain data, in base units: what `--json` writes, and what the report reads. */
export function resultOf(run: RunRecord): Result {
  const { options, ledger, end, verdict, staleRetries, startedAt } = run
  return {
    planned: ledger.planned,
    sent: ledger.sentCount,
    ...ledger.counts,
    staleRetries,
    statusCodes: Object.fromEntries(ledger.statusCodes),
    errorCodes: Object.fromEntries(ledger.errorCodes),
    rate: { asked: askedRate(options), achieved: finite(ledger.sentCount / end.durationSeconds) },
    responseTime: summarise(ledger.responseTime),
    serviceTime: summarise(ledger.serviceTime),
    lateness: summarise(ledger.lateness),
    connectTime: summarise(ledger.connectTime),
    ...verdict,
    expectations: expectationsOf(run),
    seed: options.seed,
    startedAt: startedAt.toISOString(),
    durationSeconds: end.durationSeconds,
    options: {
      url: options.url.href,
      rate: options.rate,
      durationSeconds: options.durationMs === null ? null : options.durationMs / 1000,
      requests: options.requests,
      profile: formatProfile(options.profile),
      arrivals: options.arrivals,
      seed: options.seed,
      timeoutSeconds: options.timeoutMs / 1000,
      maxInFlight: options.maxInFlight,
      connections: options.connections,
      workers: options.workers,
      shard: formatShard(options.shard),
      method: options.method,
      targets: options.targets.map(({ weight, url }) => `${weight} ${url.href}`).join(', '),
    },
  }
}

/** The expectations that the run was given, each with what became of it. */
export function expectationsOf({ options, ledger, end }: RunRecord): Checked[] {
  const { durationSeconds, scheduledSeconds } = end
  return checkExpectations(options.expect, {
    ledger,
    achieved: finite(ledger.sentCount / durationSeconds),
    // What the schedule held, and not the rate asked for: with Poisson arrivals that is met on average only.
    scheduled: options.connections === null ? finite(ledger.planned / scheduledSeconds) : null,
  })
}

/** A histogram of microseconds as a summary. */
export function summarise(histogram: Histogram): Summary {
  const seconds = (us: number) => finite(us / 1e6)
  return {
    count: histogram.count,
    mean: seconds(histogram.mean),
    min: seconds(histogram.min),
    max: seconds(histogram.max),
    p50: seconds(histogram.quantile(quantiles.p50)),
    p75: seconds(histogram.quantile(quantiles.p75)),
    p90: seconds(histogram.quantile(quantiles.p90)),
    p95: seconds(histogram.quantile(quantiles.p95)),
    p99: seconds(histogram.quantile(quantiles.p99)),
    p99_9: seconds(histogram.quantile(quantiles.p99_9)),
    p99_99: seconds(histogram.quantile(quantiles.p99_99)),
  }
}

/** JSON has no NaN and no infinity. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
