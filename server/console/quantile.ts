/**
 * What `histogram_quantile` answers for one histogram: finds the bucket in which the rank falls, and goes
 * along a straight line from its lower bound to its upper one.
 *
 * It does as Prometheus does, step by step (bucketQuantile in
 * https://github.com/prometheus/prometheus/blob/main/promql/quantile.go): the first bucket begins at 0 where
 * its bound is above 0, and what falls beyond the last bound is answered with the last bound.
 *
 * @param q from 0 to 1
 * @param bounds the finite upper bounds, rising
 * @param counts cumulative; one more than there are bounds, the last being all; they need not be whole
 * @returns undefined where Prometheus answers with NaN: no observation, no finite bound, or q = 0 where the
 *   first bucket is empty
 */
export function estimateQuantile(
  q: number,
  bounds: readonly number[],
  counts: readonly number[],
): number | undefined {
  const bucket = bucketOf(q, bounds, counts)
  if (!bucket) return undefined
  const { lower, upper, below, within, rank } = bucket
  if (upper === Number.POSITIVE_INFINITY || upper <= 0) return lower
  const seconds = lower + (upper - lower) * ((rank - below) / within)
  return Number.isNaN(seconds) ? undefined : seconds
}

/** The bucket in which a quantile falls. */
export type Bucket = {
  /** Where the line begins; of the bucket to +Inf, which has none, the highest finite bound. */
  lower: number
  /** Infinity for the last one. */
  upper: number
  /** How many are at most `lower`. */
  below: number
  within: number
  /** The observation that is asked for, counted from the least: q of all. */
  rank: number
}

/** Finds the bucket in which `histogram_quantile` looks; see `estimateQuantile`. */
export function bucketOf(
  q: number,
  bounds: readonly number[],
  counts: readonly number[],
): Bucket | undefined {
  const all = counts.at(-1) ?? 0
  if (bounds.length === 0 || all === 0) return undefined
  const rank = q * all
  const found = counts.findIndex((count) => count >= rank)
  const at = found < 0 ? bounds.length : Math.min(found, bounds.length)
  const below = counts[at - 1] ?? 0
  const upper = bounds[at] ?? Number.POSITIVE_INFINITY
  const lower = at > 0 ? (bounds[at - 1] ?? 0) : Math.min(upper, 0)
  return { lower, upper, below, within: (counts[at] ?? 0) - below, rank }
}
