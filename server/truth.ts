/** An exact distribution of times: of the delays that were injected, or of what was measured. */
export type Truth = {
  /** How many times there were. */
  readonly count: number
  /** Notes a time in milliseconds, 0 or more, rounded up to the resolution; once, or as often as said. */
  record: (ms: number, times?: number) => void
  /**
   * The nearest-rank quantile in milliseconds: the smallest time that at least the share `q` (0 to 1)
   * of all times does not exceed. Undefined before the first one.
   */
  quantileMs: (q: number) => number | undefined
  /** The mean in milliseconds. Undefined before the first time. */
  meanMs: () => number | undefined
  /** How many times were `ms` milliseconds at most; a multiple of the resolution gives an exact answer. */
  countWithin: (ms: number) => number
  /** Each time that there was, in milliseconds, rising, and how often. */
  delays: () => [delayMs: number, count: number][]
}

export type TruthOptions = {
  /** How many steps a millisecond has. */
  stepsPerMs?: number
  /** What takes longer counts as this long, so that memory has a bound. In milliseconds. */
  longestMs?: number
}

/**
 * Keeps every time, exactly, in bounded memory: one counter a step up to the longest time seen holds
 * them all. Injected delays are whole milliseconds, because that is what a timer can do.
 *
 * It rounds up, because a bucket holds what is at most its bound: rounded up to a divisor of all bounds,
 * each time stays in its bucket.
 */
export function createTruth({ stepsPerMs = 1, longestMs = 600_000 }: TruthOptions = {}): Truth {
  const countAt: number[] = []
  let count = 0
  let sumMs = 0
  return {
    get count() {
      return count
    },
    record(ms, times = 1) {
      const step = Math.ceil(Math.min(ms, longestMs) * stepsPerMs)
      while (countAt.length <= step) countAt.push(0)
      countAt[step] = (countAt[step] ?? 0) + times
      count += times
      sumMs += ms * times
    },
    quantileMs(q) {
      const rank = Math.max(1, Math.ceil(q * count))
      let below = 0
      for (const [step, n] of countAt.entries()) {
        below += n
        if (below >= rank) return step / stepsPerMs
      }
      return undefined
    },
    meanMs: () => (count > 0 ? sumMs / count : undefined),
    // 2.3 s × 1000 is 2299.9999999999995 in floating point: the allowance makes it 2300 again.
    countWithin: (ms) =>
      countAt.slice(0, Math.floor(ms * stepsPerMs + 1e-6) + 1).reduce((sum, n) => sum + n, 0),
    delays: () =>
      countAt.flatMap((n, step): [number, number][] => (n > 0 ? [[step / stepsPerMs, n]] : [])),
  }
}
