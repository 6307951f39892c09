/** The arithmetic that the panels leave to Prometheus, done without it. */

/** The nearest-rank quantile: the smallest value that at least the share `q` of all does not exceed. */
export function exactQuantile(q: number, values: number[]): number {
  const rising = values.toSorted((a, b) => a - b)
  return rising[Math.max(1, Math.ceil(q * rising.length)) - 1] ?? Number.NaN
}

export const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

export const mean = (values: number[]) => sum(values) / values.length

/** How many of the values are at most each bound, and at last all of them. */
export function cumulative(values: number[], bounds: readonly number[]): Bucket[] {
  return [...bounds, Number.POSITIVE_INFINITY].map((le) => ({
    le,
    count: values.filter((value) => value <= le).length,
  }))
}

/** A bucket of a histogram in Prometheus: how many were at most `le`. */
export type Bucket = { le: number; count: number }

/**
 * What `histogram_quantile` makes of buckets: a straight line through the one in which the rank q·n lies,
 * the highest finite bound where that is the last.
 * https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function bucketQuantile(q: number, buckets: Bucket[]): number {
  const rank = q * (buckets.at(-1)?.count ?? 0)
  const index = buckets.findIndex(({ count }) => count >= rank)
  const { le, count } = buckets[index] ?? { le: Number.NaN, count: 0 }
  const below = buckets[index - 1] ?? { le: 0, count: 0 }
  if (le === Number.POSITIVE_INFINITY) return below.le
  return below.le + ((le - below.le) * (rank - below.count)) / (count - below.count)
}

/** The same for values, in a layout with these bounds. */
export const layoutQuantile = (q: number, values: number[], bounds: readonly number[]) =>
  bucketQuantile(q, cumulative(values, bounds))

/** Points of a counter: when it was scraped, in Unix seconds, and what it said. */
export type Points = { at: number; value: number }[]

/**
 * What `rate` makes of a counter in the window of `seconds` that ends at `end`: its gain, extended to the
 * ends of the window, but by no more than half of the time between two scrapes where the counter begins or
 * ends well inside of it, and not to where it would be below zero.
 * https://github.com/prometheus/prometheus/blob/main/promql/functions.go, extrapolatedRate
 *
 * @returns undefined where there are fewer than two points
 */
export function extrapolatedRate(all: Points, end: number, seconds: number): number | undefined {
  const points = all.filter(({ at }) => at >= end - seconds && at <= end)
  const [first, last] = [points[0], points.at(-1)]
  if (!first || !last || points.length < 2) return undefined
  const gained = last.value - first.value
  const spanned = last.at - first.at
  const apart = spanned / (points.length - 1)
  const reach = (distance: number) => (distance < 1.1 * apart ? distance : apart / 2)
  const toZero = gained > 0 ? (spanned * first.value) / gained : Number.POSITIVE_INFINITY
  const before = Math.min(reach(first.at - (end - seconds)), toZero)
  return (gained * ((spanned + before + reach(end - last.at)) / spanned)) / seconds
}
