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

/**
 * How far the mean of n draws may be from the true one, by Bernstein's inequality: the t for which
 * exp(−n·t² / (2σ² + 2·b·t/3)) is exp(−z²/2). Where the tail is short this is z·σ/√n; where it is long
 * and n is small, a few slow requests may well move the mean further than that.
 * https://en.wikipedia.org/wiki/Bernstein_inequalities_(probability_theory)
 *
 * @param deviation σ, the standard deviation of a draw
 * @param reach b, how far a draw may be from the mean
 */
export function meanError(
  deviation: number,
  reach: number,
  n: number,
  z = STANDARD_ERRORS,
): number {
  const linear = (reach * z ** 2) / (3 * n)
  return (linear + Math.sqrt(linear ** 2 + (4 * z ** 2 * deviation ** 2) / n)) / 2
}
