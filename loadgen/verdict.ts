import { formatLatency } from './duration.ts'
import type { Ledger } from './ledger.ts'
import type { RunEnd } from './run.ts'
import type { ThreadVitals } from './thread-vitals.ts'
import type { Throttling } from './throttling.ts'

/** Beyond these, what was measured may be the generator and not the server. */
export const bounds = {
  /** Ten times what a timer of a millisecond makes of itself. */
  latenessP99Ms: 10,
  /** Of the time in which a thread's event loop could have been idle. */
  utilization: 0.9,
  /** So long no answer was read and no request sent, and whatever ended meanwhile seems to have ended after it. */
  pauseMs: 50,
} as const

/** Codes for a lack of this machine's own means: file descriptors, ports, buffers. */
const ownLimits = ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']

export type Verdict = { verdict: 'valid' | 'generator-limited'; reasons: string[] }

/** How the generator itself fared. */
export type Vitals = {
  threads: readonly ThreadVitals[]
  /** The longest time in milliseconds in which connections that were needed at once were being begun. */
  longestOpeningMs: number
  /** What the container's processor limit took from it during the run. */
  throttling: Throttling
}

/**
 * Was it the server that was measured? `generator-limited`, with all reasons, when requests went out
 * late or not at all, or the generator was short of time or means.
 */
export function judge(ledger: Ledger, end: RunEnd, vitals: Vitals): Verdict {
  const { threads, longestOpeningMs, throttling } = vitals
  const utilization = Math.max(0, ...threads.map(({ utilization }) => utilization))
  const pauseMs = Math.max(0, ...threads.map(({ longestPauseMs }) => longestPauseMs))
  const [itsThread, aThread] =
    threads.length > 1
      ? ["one of the generator's threads", 'one of its threads']
      : ["the generator's thread", 'it']
  const latenessP99Ms = ledger.lateness.quantile(0.99) / 1000
  const { neverSent } = ledger.counts
  const shortages = ownLimits.filter((code) => ledger.errorCodes.has(code))
  const reasons = [
    latenessP99Ms > bounds.latenessP99Ms &&
      `1 % of the requests were sent ${formatLatency(latenessP99Ms)} late or more (allowed: ${bounds.latenessP99Ms} ms)`,
    end.maxWaiting > 0 &&
      latenessP99Ms > bounds.latenessP99Ms &&
      `up to ${end.maxWaiting} requests at once waited for a place among --max-in-flight`,
    longestOpeningMs >= bounds.pauseMs &&
      `it took ${formatLatency(longestOpeningMs)} to begin all connections that were needed at once (allowed: ${bounds.pauseMs} ms)`,
    // A run that was stopped always finds the last millisecond's requests unsent.
    end.reason === 'completed' &&
      neverSent > 0 &&
      `requests that were due and never sent: ${neverSent}`,
    utilization > bounds.utilization &&
      `${itsThread} was busy for ${percent(utilization)} of the run (allowed: ${percent(bounds.utilization)})`,
    pauseMs >= bounds.pauseMs &&
      `the generator stood still for ${formatLatency(pauseMs)}: ${aThread} neither sent nor read (allowed: ${bounds.pauseMs} ms)`,
    throttling.periods > 0 &&
      `the container's processor limit stopped the generator ${throttling.periods} times, for ${formatLatency(throttling.seconds * 1000)} in all`,
    shortages.length > 0 && `this machine ran out of means: ${shortages.join(', ')}`,
  ].filter((reason) => reason !== false)
  return { verdict: reasons.length === 0 ? 'valid' : 'generator-limited', reasons }
}

/** With a decimal, so that what is just above a bound does not look like it. */
const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`
