import { Histogram as PrometheusHistogram, type Registry } from 'prom-client'
import { BucketCounts } from './bucket-counts.ts'
import type { Histogram } from './histogram.ts'

export type TalliedHistogramOptions = {
  name: string
  help: string
  /** Upper bounds in whole microseconds, upwards. */
  bucketsUs: readonly number[]
  registers: Registry[]
}

/**
 * A histogram of `/metrics`, in seconds, to which values are not observed one by one but added in
 * counts. The client library has no way to do that, and observing each would cost the thread that sends
 * more than all the rest of its bookkeeping.
 */
export class TalliedHistogram extends PrometheusHistogram<'le'> {
  #options: TalliedHistogramOptions
  #total: BucketCounts
  #sumUs = 0

  constructor(options: TalliedHistogramOptions) {
    const { name, help, bucketsUs, registers } = options
    super({ name, help, buckets: bucketsUs.map((us) => us / 1e6), registers })
    this.#options = options
    this.#total = new BucketCounts(bucketsUs)
  }

  /** Adds values: their counts by bucket, and the histogram that has their sum. */
  add(values: Histogram, buckets: BucketCounts): void {
    this.#total.add(buckets)
    this.#sumUs += values.sum
  }

  override async get() {
    const { name, help, bucketsUs } = this.#options
    let below = 0
    const values = Array.from(this.#total.counts, (count, n) => {
      below += count
      const us = bucketsUs[n]
      return sample(`${name}_bucket`, below, { le: us === undefined ? '+Inf' : us / 1e6 })
    })
    values.push(sample(`${name}_sum`, this.#sumUs / 1e6), sample(`${name}_count`, below))
    return { name, help, type: 'histogram', aggregator: 'sum', values, collect() {} } as const
  }

  /** What the registry asks for, in place of `get`, when it writes the exposition. */
  getForPromString() {
    return this.get()
  }
}

const sample = (metricName: string, value: number, labels: { le?: number | string } = {}) => ({
  metricName,
  value,
  labels,
})
