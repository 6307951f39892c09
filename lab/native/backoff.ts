/** The first pause before a process is started again, in milliseconds; it doubles each time. */
export const firstPauseMs = 500

/** No pause is longer, in milliseconds. */
export const longestPauseMs = 30_000

/** A process that has run for so long has recovered, and the next pause is the first one again. */
export const steadyMs = 10_000

/**
 * How long to wait before a process that has ended is started again, in milliseconds.
 *
 * @param previousMs the pause before it was started the last time; 0 if there was none
 * @param ranMs how long it ran
 */
export function pauseBefore(previousMs: number, ranMs: number): number {
  if (previousMs === 0 || ranMs >= steadyMs) return firstPauseMs
  return Math.min(2 * previousMs, longestPauseMs)
}
