import { gain } from '../gain.ts'
import type { Prometheus } from '../prometheus.ts'
import { type Level, levelNames, levels, type Statistics } from './statistics.ts'

/** One of the server's histograms, and which of its series are the requests to `/`. */
export type Layout = { name: string; metric: string; labels: string }

/** The three layouts that measure the same requests; `name` is what people call them. */
export const layouts: Layout[] = [
  {
    name: 'exponential',
    metric: 'httpserver_execution_latency_seconds',
    labels: 'job="httpserver",step="total"',
  },
  {
    name: 'OpenTelemetry',
    metric: 'http_server_request_duration_seconds',
    labels: 'job="httpserver",http_request_method="GET",http_route="/"',
  },
  {
    name: 'linear',
    metric: 'lab_request_duration_seconds',
    labels: 'job="httpserver",http_route="/"',
  },
]

/** What one histogram has gained since a moment, as Prometheus shows it. */
export type Gained = {
  /** Null when Prometheus has no such series. */
  count: number | null
  /** In seconds: quantiles by `histogram_quantile`, the mean by `_sum / _count`. */
  estimates: Statistics
  /** Rising upper bounds in seconds, the last one infinite, and how many took up to each. */
  buckets: { le: number; count: number }[]
}

/**
 * Asks Prometheus what a layout has gained since `since`.
 *
 * @param since Unix seconds, a moment right after a scrape
 */
export async function readGained(
  prometheus: Prometheus,
  { metric, labels }: Layout,
  since: number,
): Promise<Gained> {
  const first = async (promql: string) => finite((await prometheus.query(promql))[0]?.value)
  const bucketGain = gain(`${metric}_bucket{${labels}}`, 'le', since)
  const quantile = async (level: Level): Promise<[Level, number | null]> => [
    level,
    await first(`histogram_quantile(${levels[level]}, ${bucketGain})`),
  ]
  const quantiles = Object.fromEntries(await Promise.all(levelNames.map(quantile)))
  const count = await first(gain(`${metric}_count{${labels}}`, '', since))
  const sum = await first(gain(`${metric}_sum{${labels}}`, '', since))
  const mean = sum !== null && count ? sum / count : null
  const samples = await prometheus.query(bucketGain)
  const buckets = samples
    .map((sample) => ({ le: bound(sample.labels.le), count: sample.value }))
    .sort((a, b) => a.le - b.le)
  return { count, estimates: { ...(quantiles as Record<Level, number | null>), mean }, buckets }
}

/** The bounds of the bucket that a value falls in: above `low`, up to `high`. */
export type Bucket = { low: number; high: number }

/** Finds the bucket that a value falls in among rising bounds; above the last one it has no end. */
export function bucketOf(seconds: number, bounds: number[]): Bucket {
  const at = bounds.findIndex((bound) => seconds <= bound)
  const index = at < 0 ? bounds.length : at
  return { low: bounds[index - 1] ?? 0, high: bounds[index] ?? Number.POSITIVE_INFINITY }
}

/**
 * Finds the bucket that `histogram_quantile` looks into for the quantile `q`: the first one that, with
 * all before it, holds the share `q`. Null when nothing was counted.
 */
export function bucketAt(q: number, buckets: Gained['buckets']): Bucket | null {
  const total = buckets.at(-1)?.count ?? 0
  const at = buckets.findIndex(({ count }) => total > 0 && count >= q * total)
  const found = buckets[at]
  return found ? { low: buckets[at - 1]?.le ?? 0, high: found.le } : null
}

const bound = (le = '') => (le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le))

const finite = (value = Number.NaN) => (Number.isFinite(value) ? value : null)
