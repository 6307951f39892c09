/** What is kept of the values of one interval; all but the count in the values' own unit. */
export type Summary = {
  count: number
  min: number
  mean: number
  max: number
  p50: number
  p95: number
  p99: number
}

/**
 * Sums up values exactly. Quantiles are of the nearest rank: the smallest value that at least such a share of all
 * values does not exceed.
 *
 * @throws {RangeError} where there are no values
 */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('no values to sum up')
  const sorted = Float64Array.from(values).sort()
  const at = (rank: number) => sorted[rank - 1] as number
  const count = sorted.length
  // A whole number until it is divided: 0.07 × 100 is 7.000000000000001, and its rank would be 8.
  const quantile = (percent: number) => at(Math.max(1, Math.ceil((percent * count) / 100)))
  return {
    count,
    min: at(1),
    mean: sorted.reduce((sum, value) => sum + value, 0) / count,
    max: at(count),
    p50: quantile(50),
    p95: quantile(95),
    p99: quantile(99),
  }
}
