import { formatLatency } from './duration.ts'
import type { Ledger } from './ledger.ts'
import type { RunEnd } from './run.ts'

/** Beyond these, what was measured may be the generator and not the server. */
export const bounds = {
  /** Ten times what a timer of a millisecond makes of itself. */
  latenessP99Ms: 10,
  /** Of the time in which the event loop could have been idle. */
  eventLoopUtilization: 0.9,
} as const

/** Codes for a lack of this machine's own means: file descriptors, ports, buffers. */
const ownLimits = ['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'ENOBUFS', 'ENOMEM']

export type Verdict = { verdict: 'valid' | 'generator-limited'; reasons: string[] }

/**
 * Was it the server that was measured? `generator-limited`, with all reasons, when requests went out
 * late or not at all, or the generator was short of time or means. `eventLoopUtilization` is the busy
 * share of the run, 0 to 1.
 */
export function judge(ledger: Ledger, end: RunEnd, eventLoopUtilization: number): Verdict {
  const latenessP99Ms = ledger.lateness.quantile(0.99) / 1000
  const { neverSent } = ledger.counts
  const shortages = ownLimits.filter((code) => ledger.errorCodes.has(code))
  const reasons = [
    latenessP99Ms > bounds.latenessP99Ms &&
      `1 % of the requests were sent ${formatLatency(latenessP99Ms)} late or more (allowed: ${bounds.latenessP99Ms} ms)`,
    end.maxWaiting > 0 &&
      latenessP99Ms > bounds.latenessP99Ms &&
      `up to ${end.maxWaiting} requests at once waited for a place: raise --max-in-flight`,
    // A run that was stopped always finds the last millisecond's requests unsent.
    end.reason === 'completed' &&
      neverSent > 0 &&
      `requests that were due and never sent: ${neverSent}`,
    eventLoopUtilization > bounds.eventLoopUtilization &&
      `the generator's thread was busy for ${(eventLoopUtilization * 100).toFixed(0)} % of the run (allowed: ${bounds.eventLoopUtilization * 100} %)`,
    shortages.length > 0 && `this machine ran out of means: ${shortages.join(', ')}`,
  ].filter((reason) => reason !== false)
  return { verdict: reasons.length === 0 ? 'valid' : 'generator-limited', reasons }
}
