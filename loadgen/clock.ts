/** Calls back after some milliseconds, soon if there are none, and gives the way to call that off. */
export type After = (ms: number, callback: () => void) => () => void

/** The longest that a timer can wait; a longer one would fire at once. https://nodejs.org/api/timers.html */
const longestMs = 2 ** 31 - 1

/** A monotonic clock, in milliseconds. */
export function now(): number {
  return performance.now()
}

/**
 * `After` with Node's timers: never early by more than a millisecond, and after 24 days for anything
 * longer. With nothing to wait for, what has arrived on sockets is seen to first.
 */
export const after: After = (ms, callback) => {
  if (ms <= 0) {
    const immediate = setImmediate(callback)
    return () => clearImmediate(immediate)
  }
  const timer = setTimeout(callback, Math.min(Math.ceil(ms), longestMs))
  return () => clearTimeout(timer)
}
