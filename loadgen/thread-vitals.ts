import { performance } from 'node:perf_hooks'
import type { After } from './clock.ts'

/** How a thread of the generator fared. */
export type ThreadVitals = {
  /** The share of the run, 0 to 1, in which its event loop was busy. */
  utilization: number
  /** The longest time in milliseconds in which its event loop did not turn. */
  longestPauseMs: number
}

/** Starts to watch a thread; the returned function ends that, and says how it fared since. */
export type WatchThread = (now: () => number, after: After) => () => ThreadVitals

/** Between two beats; what is measured is from one to the next, so it is hardly ever less than this. */
const beatMs = 10

/**
 * Watches this thread by a timer. A pause of any cause is seen, a busy loop, a garbage collection or a
 * processor given to others, and seen in full: it lies between two beats, or the last one and the end, so
 * what is measured is up to a beat too long, and never too short. (Node's own `monitorEventLoopDelay`
 * does not see what comes before its second beat or after its last.)
 */
export const watchThread: WatchThread = (now, after) => {
  const begin = performance.eventLoopUtilization()
  let lastBeat = now()
  let longestPauseMs = 0
  let cancel = () => {}
  const beat = () => {
    const time = now()
    longestPauseMs = Math.max(longestPauseMs, time - lastBeat)
    lastBeat = time
    cancel = after(beatMs, beat)
  }
  beat()
  return () => {
    cancel()
    longestPauseMs = Math.max(longestPauseMs, now() - lastBeat)
    const { utilization } = performance.eventLoopUtilization(begin)
    return { utilization, longestPauseMs }
  }
}
