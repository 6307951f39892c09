import { Seconds } from '@grafana/grafana-foundation-sdk/units'
import { fixedColor, linesOverTime, query } from './house.ts'

/**
 * Four percentiles as lines, the highest first.
 *
 * @param quantile the query of one, in seconds; q from 0 to 1
 */
export function percentilesOverTime(
  title: string,
  description: string,
  quantile: (q: number) => string,
) {
  const panel = linesOverTime(title, description).unit(Seconds)
  for (const [q, name, color] of percentiles) {
    panel.withTarget(query(quantile(q), name)).overrideByName(name, [fixedColor(color)])
  }
  return panel
}

const percentiles = [
  [0.99, 'p99', 'red'],
  [0.95, 'p95', 'orange'],
  [0.9, 'p90', 'yellow'],
  [0.5, 'p50', 'green'],
] as const
