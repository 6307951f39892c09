const FIRST_MS = 500
const LONGEST_MS = 10_000

/**
 * How long to wait before the next attempt, in milliseconds: twice as long after each failure, from 0.5 s to 10 s,
 * less up to a half of it by chance, so that many servers don't come back to a database all at once.
 *
 * @param failures in a row, 1 or more
 * @param random draws from 0 to 1
 */
export function backoffMs(failures: number, random: () => number): number {
  const most = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  return Math.round(most * (1 - random() / 2))
}
