import { formatLatency } from './duration.ts'
import type { Histogram } from './histogram.ts'

const mostRows = 16
/** Room for the widest bar, in characters. */
const barWidth = 40

/**
 * Draws the distribution of a histogram of microseconds as horizontal bars over equal steps of time,
 * from the least to p99.9 (the rest has one row of its own), a line each. Empty when nothing was recorded.
 */
export function drawDistribution(histogram: Histogram): string[] {
  if (histogram.count === 0) return []
  const top = histogram.quantile(0.999)
  const stepUs = niceStep((top - histogram.min) / (mostRows - 2))
  const firstUs = Math.floor(histogram.min / stepUs) * stepUs
  const rows = Math.floor((top - firstUs) / stepUs) + 1
  const counts = new Array<number>(rows + 1).fill(0)
  for (const { lowerUs, upperUs, count } of histogram.cells()) {
    const row = Math.min(rows, Math.floor(((lowerUs + upperUs) / 2 - firstUs) / stepUs))
    counts[row] = (counts[row] ?? 0) + count
  }
  const most = Math.max(...counts)
  const labels = counts.map((_, row) => formatEdge((firstUs + row * stepUs) / 1000, stepUs / 1000))
  const width = Math.max(...labels.map((label) => label.length))
  return counts.flatMap((count, row) => {
    if (row === rows && count === 0) return []
    const from = labels[row]?.padStart(width)
    const share = `${((100 * count) / histogram.count).toFixed(1)} %`
    const rest = row === rows ? ' and beyond' : ''
    return `${from}  ${bar(count / most).padEnd(barWidth)} ${share.padStart(7)}${rest}`
  })
}

/** The least of 1, 2, 5, 10, 20, 50 … microseconds that isn't below. */
const niceStep = (us: number): number => {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, us)))
  return ([1, 2, 5].find((digit) => digit * power >= us) ?? 10) * power
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

const bar = (share: number): string => {
  const cells = Math.round(share * barWidth * 8)
  // What there is must be seen, however little.
  if (cells === 0 && share > 0) return '▏'
  return '█'.repeat(Math.floor(cells / 8)) + eighths[cells % 8]
}

/** A row's lower edge, with as many places as its step needs. */
const formatEdge = (ms: number, stepMs: number): string => {
  const places = (step: number) => Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  if (stepMs >= 10) return `${(ms / 1000).toFixed(places(stepMs / 1000))} s`
  if (stepMs >= 0.01) return `${ms.toFixed(places(stepMs))} ms`
  return formatLatency(ms)
}
