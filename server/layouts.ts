import type { Histogram } from 'prom-client'

/** A histogram as Prometheus sees it: upper bounds in seconds, and how many took up to each. */
export type Layout = {
  bounds: number[]
  /** Cumulative; one more than there are bounds, the last being all. */
  counts: number[]
}

/**
 * Adds up the series of a histogram that `counts` accepts.
 *
 * @param accepts is asked with the labels of a series
 */
export async function layoutOf<Label extends string>(
  histogram: Histogram<Label>,
  accepts: (labels: Partial<Record<Label, string | number>>) => boolean,
): Promise<Layout> {
  const { values } = await histogram.get()
  const countAt = new Map<number, number>()
  for (const { labels, metricName, value } of values) {
    if (!metricName?.endsWith('_bucket') || !accepts(labels)) continue
    const le = labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le)
    countAt.set(le, (countAt.get(le) ?? 0) + value)
  }
  const rising = [...countAt.entries()].sort(([a], [b]) => a - b)
  return {
    bounds: rising.map(([le]) => le).filter(Number.isFinite),
    counts: rising.map(([, count]) => count),
  }
}
