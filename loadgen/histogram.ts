/** Sub-buckets of a power of two, for 3 significant digits: 2 × 10³, rounded up to a power of two. */
const subBuckets = 2048
const half = subBuckets / 2
/** Values have up to 32 bits: 2³² µs is 71 minutes, and `Math.clz32` finds the bucket in one step. */
const largest = 2 ** 32 - 1
const buckets = 32 - Math.log2(subBuckets) + 1

/**
 * A log-linear histogram of whole microseconds with the layout of HdrHistogram at 3 significant digits
 * and unit magnitude 0: up to 2,047 µs each microsecond has its own cell, and from there each power of
 * two is cut into 1,024 equal cells. So a value is known to within 1/1024 of itself, whatever its size,
 * and the memory is 23,552 counts (184 KiB) however long the run.
 * Index arithmetic: https://github.com/HdrHistogram/HdrHistogram, AbstractHistogram.countsArrayIndex.
 *
 * Count, sum, least and greatest are kept beside the cells, and are exact.
 */
export class Histogram {
  #counts = new Float64Array((buckets + 1) * half)
  #count = 0
  #sum = 0
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY

  /**
   * Counts one value in microseconds, rounded to a whole one. What is below zero counts as zero (a
   * monotonic clock gives none); what is above 71 minutes falls in the last cell, and is exact in
   * `max` and `mean` only. Throws a RangeError for NaN.
   */
  record(valueUs: number): void {
    if (Number.isNaN(valueUs)) throw new RangeError('a histogram records numbers, and this is NaN')
    const value = Math.max(0, Math.round(valueUs))
    const index = indexOf(value)
    this.#counts[index] = (this.#counts[index] ?? 0) + 1
    this.#count += 1
    this.#sum += value
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  /** How many values were recorded. */
  get count(): number {
    return this.#count
  }

  /** Sum of all values in microseconds, exact. */
  get sum(): number {
    return this.#sum
  }

  /** Mean in microseconds, exact; NaN when nothing was recorded. */
  get mean(): number {
    return this.#sum / this.#count
  }

  /** Least value in microseconds, exact; NaN when nothing was recorded. */
  get min(): number {
    return this.#count === 0 ? Number.NaN : this.#min
  }

  /** Greatest value in microseconds, exact; NaN when nothing was recorded. */
  get max(): number {
    return this.#count === 0 ? Number.NaN : this.#max
  }

  /**
   * The value, in microseconds, that the fraction `q` (0 to 1) of all values is not above: the nearest
   * rank ⌈q·n⌉, as the greatest value of its cell, like HdrHistogram, and never beyond the exact
   * extremes. NaN when nothing was recorded; throws a RangeError for a `q` outside 0 to 1.
   */
  quantile(q: number): number {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile is from 0 to 1, and this is ${q}`)
    if (this.#count === 0) return Number.NaN
    // 0.07 × 100 is 7.000000000000001 in floating point: without the allowance its rank would be 8.
    const rank = Math.max(1, Math.ceil(q * this.#count - 1e-6))
    if (rank >= this.#count) return this.#max
    let seen = 0
    for (const { upperUs, count } of this.cells()) {
      seen += count
      if (seen >= rank) return Math.min(Math.max(upperUs, this.#min), this.#max)
    }
    return this.#max
  }

  /** Adds another histogram's values to this one; the result is the same as if all had been recorded here. */
  add(other: Histogram): void {
    if (other.#count === 0) return
    const last = indexOf(other.#max)
    for (let index = indexOf(other.#min); index <= last; index++) {
      const count = other.#counts[index] ?? 0
      if (count > 0) this.#counts[index] = (this.#counts[index] ?? 0) + count
    }
    this.#count += other.#count
    this.#sum += other.#sum
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
  }

  /** All that it holds, as plain data that can be sent to another thread: the cells that are not empty. */
  toData(): HistogramData {
    const indices: number[] = []
    if (this.#count > 0) {
      const last = indexOf(this.#max)
      for (let index = indexOf(this.#min); index <= last; index++) {
        if (this.#counts[index]) indices.push(index)
      }
    }
    return {
      indices: Uint16Array.from(indices),
      counts: Float64Array.from(indices, (index) => this.#counts[index] ?? 0),
      count: this.#count,
      sum: this.#sum,
      min: this.#min,
      max: this.#max,
    }
  }

  /** A histogram of what another one's `toData` gave. */
  static from(data: HistogramData): Histogram {
    const histogram = new Histogram()
    for (const [n, index] of data.indices.entries()) {
      histogram.#counts[index] = data.counts[n] ?? 0
    }
    histogram.#count = data.count
    histogram.#sum = data.sum
    histogram.#min = data.min
    histogram.#max = data.max
    return histogram
  }

  /** Forgets all values, keeping the memory. */
  clear(): void {
    if (this.#count === 0) return
    this.#counts.fill(0, indexOf(this.#min), indexOf(this.#max) + 1)
    this.#count = 0
    this.#sum = 0
    this.#min = Number.POSITIVE_INFINITY
    this.#max = Number.NEGATIVE_INFINITY
  }

  /** The cells that are not empty, upwards, with the least and greatest microsecond of each (both within). */
  *cells(): Generator<{ lowerUs: number; upperUs: number; count: number }> {
    if (this.#count === 0) return
    const last = indexOf(this.#max)
    for (let index = indexOf(this.#min); index <= last; index++) {
      const count = this.#counts[index] ?? 0
      if (count > 0) yield { ...boundsOf(index), count }
    }
  }
}

/** A histogram as plain data; counts go with indices. */
export type HistogramData = {
  indices: Uint16Array
  counts: Float64Array
  count: number
  sum: number
  min: number
  max: number
}

const indexOf = (value: number): number => {
  const bits = value > largest ? 32 : 32 - Math.clz32(value)
  const bucket = Math.max(0, bits - Math.log2(subBuckets))
  return bucket * half + (Math.min(value, largest) >>> bucket)
}

const boundsOf = (index: number): { lowerUs: number; upperUs: number } => {
  if (index < subBuckets) return { lowerUs: index, upperUs: index }
  const width = 2 ** (Math.floor(index / half) - 1)
  const lowerUs = ((index % half) + half) * width
  return { lowerUs, upperUs: lowerUs + width - 1 }
}

/** The number of the cell, from 0, that counts a value of whole microseconds. */
export function cellOf(valueUs: number): number {
  return indexOf(valueUs)
}
