/** The exact distribution of the delays that were injected. */
export type Truth = {
  /** How many delays there were. */
  readonly count: number
  /** Notes one delay: a whole number of milliseconds, 0 or more. */
  record: (delayMs: number) => void
  /**
   * The nearest-rank quantile in milliseconds: the smallest delay that at least the share `q` (0 to 1)
   * of all delays does not exceed. Undefined before the first delay.
   */
  quantileMs: (q: number) => number | undefined
  /** The mean in milliseconds. Undefined before the first delay. */
  meanMs: () => number | undefined
  /** Each delay that there was, in milliseconds, rising, and how often. */
  delays: () => [delayMs: number, count: number][]
}

/**
 * Keeps every delay, exactly, in bounded memory: delays are whole milliseconds (what a timer can do),
 * so one counter a millisecond up to the longest delay seen holds them all.
 */
export function createTruth(): Truth {
  const countAtMs: number[] = []
  let count = 0
  let sumMs = 0
  return {
    get count() {
      return count
    },
    record(delayMs) {
      while (countAtMs.length <= delayMs) countAtMs.push(0)
      countAtMs[delayMs] = (countAtMs[delayMs] ?? 0) + 1
      count += 1
      sumMs += delayMs
    },
    quantileMs(q) {
      const rank = Math.max(1, Math.ceil(q * count))
      let below = 0
      for (const [delayMs, n] of countAtMs.entries()) {
        below += n
        if (below >= rank) return delayMs
      }
      return undefined
    },
    meanMs: () => (count > 0 ? sumMs / count : undefined),
    delays: () => [...countAtMs.entries()].filter(([, n]) => n > 0),
  }
}
