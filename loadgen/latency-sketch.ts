import type { Histogram } from './histogram.ts'

/** Cells of a power of two: a value is known to within 1/64 of itself, which no chart can show. */
const subBuckets = 32
const cellCount = (32 - Math.log2(2 * subBuckets) + 2) * subBuckets

/**
 * A small log-linear histogram of microseconds: 3.5 KiB, where a Histogram has 184. For keeping one for
 * every second of a run; the greatest value is exact.
 */
export class LatencySketch {
  #counts = new Uint32Array(cellCount)
  #count = 0
  #max = 0

  /** Adds all values of a histogram. */
  addHistogram(histogram: Histogram): void {
    for (const { lowerUs, upperUs, count } of histogram.cells()) {
      this.#increment(indexOf((lowerUs + upperUs) / 2), count)
    }
    if (histogram.count > 0) this.#max = Math.max(this.#max, histogram.max)
  }

  /** Adds all values of another sketch. */
  add(other: LatencySketch): void {
    for (const [index, count] of other.#counts.entries()) this.#increment(index, count)
    this.#max = Math.max(this.#max, other.#max)
  }

  /** How many values there are. */
  get count(): number {
    return this.#count
  }

  /** The greatest value in microseconds, exact; NaN when there is none. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max
  }

  /** The quantile of the nearest rank, in microseconds, as the middle of its cell; NaN when there is none. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#count - 1e-6))
    if (this.#count === 0 || rank >= this.#count) return this.max
    let seen = 0
    const index = this.#counts.findIndex((count) => {
      seen += count
      return seen >= rank
    })
    return Math.min(middleOf(index), this.#max)
  }

  #increment(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] ?? 0) + count
    this.#count += count
  }
}

const indexOf = (us: number): number => {
  const value = Math.min(Math.floor(us), 2 ** 32 - 1)
  const bucket = Math.max(0, 32 - Math.clz32(value) - Math.log2(2 * subBuckets))
  return bucket * subBuckets + (value >>> bucket)
}

const middleOf = (index: number): number => {
  if (index < 2 * subBuckets) return index
  const width = 2 ** (Math.floor(index / subBuckets) - 1)
  return ((index % subBuckets) + subBuckets + 0.5) * width
}
