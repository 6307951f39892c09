/** Counts of whole microseconds in buckets with given upper bounds, which belong to their buckets. */
export class BucketCounts {
  /** One a bound, upwards, and a last one for what is above them all. */
  readonly counts: Float64Array
  #boundsUs: readonly number[]

  /** Bounds go upwards. */
  constructor(boundsUs: readonly number[]) {
    this.#boundsUs = boundsUs
    this.counts = new Float64Array(boundsUs.length + 1)
  }

  /** Counts one value in microseconds, rounded to a whole one as the histogram does. */
  record(valueUs: number): void {
    const value = Math.round(valueUs)
    let [low, high] = [0, this.#boundsUs.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (this.#boundsUs[middle] as number)) high = middle
      else low = middle + 1
    }
    this.counts[low] = (this.counts[low] as number) + 1
  }

  /** Adds the counts of the same buckets. */
  add(other: BucketCounts): void {
    for (const [n, count] of other.counts.entries()) {
      this.counts[n] = (this.counts[n] as number) + count
    }
  }

  /** Forgets all values. */
  clear(): void {
    this.counts.fill(0)
  }
}
