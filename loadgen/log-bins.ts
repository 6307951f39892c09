import type { Histogram } from './histogram.ts'

/** A step of the axis, in microseconds, and the share (0 to 1) of each histogram's values within it. */
export type Bin = { lowerUs: number; upperUs: number; shares: number[] }

/**
 * Sorts histograms of microseconds into steps of a logarithmic axis, the same for all: as fine as `most`
 * steps allow, from the one with the least value to the one with the greatest, empty ones between them
 * included. What is below 1 µs is in the step that begins there. Empty when nothing was recorded.
 */
export function logBins(histograms: readonly Histogram[], most: number): Bin[] {
  const recorded = histograms.filter(({ count }) => count > 0)
  if (recorded.length === 0) return []
  const min = Math.max(1, Math.min(...recorded.map((histogram) => histogram.min)))
  const max = Math.max(1, ...recorded.map((histogram) => histogram.max))
  const edges = divisions.map((digits) => edgesFrom(digits, min, max))
  const [coarsest] = edges as [number[]]
  const chosen = edges.findLast((candidate) => candidate.length - 1 <= most) ?? coarsest
  const counts = histograms.map((histogram) => countsWithin(histogram, chosen))
  return chosen.slice(0, -1).map((lowerUs, step) => ({
    lowerUs,
    upperUs: chosen[step + 1] ?? Number.NaN,
    shares: histograms.map(({ count }, n) => (count === 0 ? 0 : (counts[n]?.[step] ?? 0) / count)),
  }))
}

/** The digits with which steps begin, coarse to fine: powers of ten, then 1-2-5, then ISO 3's preferred numbers. */
const divisions: number[][] = [
  [1],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.3, 8],
  ...[20, 40, 80, 160].map((steps) =>
    Array.from({ length: steps }, (_, n) => Number((10 ** (n / steps)).toPrecision(3))),
  ),
]

/** The edges from the last that isn't above `min` to the first above `max`. */
const edgesFrom = (digits: number[], min: number, max: number): number[] => {
  const powers = Array.from(
    { length: 1 + decade(max) + 1 - decade(min) },
    (_, n) => decade(min) + n,
  )
  const all = powers.flatMap((power) => digits.map((digit) => Number(`${digit}e${power}`)))
  const first = all.findLastIndex((edge) => edge <= min)
  return all.slice(first, all.findIndex((edge) => edge > max) + 1)
}

const decade = (us: number) => Math.floor(Math.log10(us) + 1e-12)

const countsWithin = (histogram: Histogram, edges: number[]): number[] => {
  const counts = new Array<number>(edges.length - 1).fill(0)
  let step = 0
  for (const { upperUs, count } of histogram.cells()) {
    // A cell is 1/1024 of its value wide: one that reaches over an edge goes up, as a value on the edge does.
    while ((edges[step + 1] ?? Number.POSITIVE_INFINITY) <= upperUs) step += 1
    counts[Math.min(step, counts.length - 1)] =
      (counts[Math.min(step, counts.length - 1)] ?? 0) + count
  }
  return counts
}
