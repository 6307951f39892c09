/**
 * How many standard errors an exact value may be off. Five are exceeded by chance once in 1.7 million
 * times, so that `--all`, which looks at 35 values, cries wolf once in 50,000 runs. A mistake is found
 * all the same: at 3000 requests five standard errors of p50 are 0.046 of the distribution.
 */
export const STANDARD_ERRORS = 5

/** From and to, both included. */
export type Interval = { low: number; high: number }

/**
 * Where the share of requests may be that the quantile of a sample stands for. The value at rank q·n of
 * n draws is Q(u) for a u that is binomial in nature: its score interval (Wilson, 1927) holds near 0 and
 * 1 too, where q ± z·√(q(1 − q)/n) is far too narrow.
 * https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 *
 * @param q above 0, below 1
 * @param n how many requests there were, 1 or more
 * @param periods how many periods the run lasted, for a behaviour that comes and goes with time: a run
 *   that begins and ends anywhere in a period sees a part of it too often, at most q(1 − q) of a period
 */
export function shareInterval(
  q: number,
  n: number,
  { z = STANDARD_ERRORS, periods = Number.POSITIVE_INFINITY } = {},
): Interval {
  const scale = 1 + z ** 2 / n
  const centre = (q + z ** 2 / (2 * n)) / scale
  const half = (z / scale) * Math.sqrt((q * (1 - q)) / n + z ** 2 / (4 * n ** 2))
  const phase = (q * (1 - q)) / periods
  return { low: Math.max(0, centre - half - phase), high: Math.min(1, centre + half + phase) }
}

/** The standard deviation of a sample: values and how often each was there. */
export function deviation(sample: { seconds: number; count: number }[]): number {
  const n = sample.reduce((sum, { count }) => sum + count, 0)
  const mean = sample.reduce((sum, { seconds, count }) => sum + seconds * count, 0) / n
  const squares = sample.reduce((sum, { seconds, count }) => sum + count * (seconds - mean) ** 2, 0)
  return Math.sqrt(squares / (n - 1))
}
