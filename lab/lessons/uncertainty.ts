import type { Gained } from '../verify/gained.ts'

/**
 * The standard error of a quantile that `histogram_quantile` estimates from buckets, in seconds: to first
 * order, with how the shares F₁ and F₂ below the two ends of its bucket vary together. The estimate is
 * low + width · (q − F₁) / (F₂ − F₁), and the covariance of two cumulative shares is F₁(1 − F₂) / n.
 * A window that holds half of n requests differs from all of them by one of it: its variance is twice as
 * large, and it has half of the requests in common. Infinite where the quantile is above the highest bound.
 *
 * @param q above 0, below 1
 */
export function quantileError(q: number, buckets: Gained['buckets']): number {
  const n = buckets.at(-1)?.count ?? 0
  const index = buckets.findIndex(({ count }) => n > 0 && count >= q * n)
  const at = buckets[index]
  if (!at || !Number.isFinite(at.le)) return Number.POSITIVE_INFINITY
  const below = buckets[index - 1] ?? { le: 0, count: 0 }
  const [lower, upper] = [below.count / n, at.count / n]
  const slope = (at.le - below.le) / (upper - lower)
  const along = (q - lower) / (upper - lower)
  const variance =
    (1 - along) ** 2 * lower * (1 - lower) +
    along ** 2 * upper * (1 - upper) +
    2 * along * (1 - along) * lower * (1 - upper)
  return slope * Math.sqrt(variance / n)
}

/** The standard error of a share `p`, 0 to 1, of `n` requests. */
export function shareError(p: number, n: number): number {
  return n > 0 ? Math.sqrt((p * (1 - p)) / n) : Number.POSITIVE_INFINITY
}
