import { monitorEventLoopDelay, performance } from 'node:perf_hooks'

/** How a thread of the generator fared. */
export type ThreadVitals = {
  /** The share of the run, 0 to 1, in which its event loop was busy. */
  utilization: number
  /** The longest time in milliseconds in which its event loop did not turn. */
  longestPauseMs: number
}

/** Between two looks; what is measured is from one to the next, so it is never less than this. */
const resolutionMs = 5

/**
 * Watches this thread from now until the returned function is called. A pause of any cause is seen, a
 * busy loop, a garbage collection or a processor given to others, for the watch is Node's own timer and
 * the time between two of its turns has all of the pause in it. It is up to 5 ms too long, never too short.
 */
export function watchThread(): () => ThreadVitals {
  const begin = performance.eventLoopUtilization()
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  delay.enable()
  return () => {
    delay.disable()
    return {
      utilization: performance.eventLoopUtilization(begin).utilization,
      longestPauseMs: delay.count === 0 ? 0 : delay.max / 1e6,
    }
  }
}
