/** The upper bounds of the buckets of `/metrics`, in whole microseconds: what falls where is then exact. */

/** The linear layout of the lab's server: client and server are read on the same scale. */
export const latencyBucketsUs = [
  ...Array.from({ length: 25 }, (_, i) => (i + 1) * 100_000),
  3_000_000,
  4_000_000,
  5_000_000,
  10_000_000,
]

/** A healthy generator is within a millisecond or two, so lateness is looked at far more closely. */
export const latenessBucketsUs = [
  500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000,
]
