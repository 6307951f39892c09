/** A distribution of times in seconds: one that happened, or one that a formula gives. */
export type Distribution = {
  /** How many times there are; 1 for a formula, whose counts are shares. */
  count: number
  /** How many are at most so long. */
  within: (seconds: number) => number
  /** The time that the share q, 0 to 1, does not exceed. Undefined where there are none. */
  quantile: (q: number) => number | undefined
}

/** Milliseconds and how often, in turn, the milliseconds rising: how counts travel. */
export type Pairs = readonly number[]

/**
 * The distribution that happened. Its quantiles are by nearest rank, as the truth's are.
 *
 * @param pairs whole milliseconds: a bound between two of them is counted as if it were the lower one
 */
export function ofPairs(pairs: Pairs): Distribution {
  const times: number[] = []
  const sums: number[] = []
  let count = 0
  for (let i = 0; i < pairs.length; i += 2) {
    count += pairs[i + 1] ?? 0
    times.push(pairs[i] ?? 0)
    sums.push(count)
  }
  return {
    count,
    within(seconds) {
      // 2.3 s × 1000 is 2299.9999999999995 in floating point: the allowance makes it 2300 again.
      const before = firstWhere(times.length, (i) => (times[i] ?? 0) > seconds * 1000 + 1e-6)
      return sums[before - 1] ?? 0
    },
    quantile(q) {
      const rank = Math.max(1, Math.ceil(q * count))
      const ms = times[firstWhere(times.length, (i) => (sums[i] ?? 0) >= rank)]
      return ms === undefined ? undefined : ms / 1000
    },
  }
}

/** More halvings than a double has digits. */
const HALVINGS = 60

/**
 * The distribution that a quantile function gives, exactly: what is at most t is the greatest share whose
 * quantile is at most t, and that is found by halving.
 */
export function ofFormula(quantile: (q: number) => number): Distribution {
  return {
    count: 1,
    quantile,
    within(seconds) {
      if (quantile(1) <= seconds) return 1
      if (quantile(0) > seconds) return 0
      let [low, high] = [0, 1]
      for (let i = 0; i < HALVINGS && high - low > 1e-12; i++) {
        const middle = (low + high) / 2
        if (quantile(middle) <= seconds) low = middle
        else high = middle
      }
      return low
    },
  }
}

/** The counts of a histogram with these bounds: cumulative, and all of them at the end. */
export function countsIn({ within, count }: Distribution, bounds: readonly number[]): number[] {
  return [...bounds.map(within), count]
}

/** Adds up several; each is rising, and so is the sum. */
export function sumOfPairs(all: readonly Pairs[]): number[] {
  const countAt = new Map<number, number>()
  for (const pairs of all) {
    for (let i = 0; i < pairs.length; i += 2) {
      const ms = pairs[i] ?? 0
      countAt.set(ms, (countAt.get(ms) ?? 0) + (pairs[i + 1] ?? 0))
    }
  }
  return [...countAt].sort(([a], [b]) => a - b).flat()
}

/** The first index for which it holds, where it holds for all that follow; `length` if for none. */
function firstWhere(length: number, holds: (i: number) => boolean): number {
  let [low, high] = [0, length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
