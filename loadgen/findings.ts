import { formatLatency } from './duration.ts'
import type { Histogram } from './histogram.ts'
import { formatRequests, formatShare } from './quantity.ts'
import { quantiles, type RunRecord } from './result.ts'
import { shownQuantiles } from './tables.ts'

/** Below this, a difference between response and service time is a timer's or the scheduler's, and not worth a word. */
const worthSayingMs = 20

/** What the numbers hide, in sentences: waiting, requests without an answer, the generator's own lateness. */
export function findings({ options, ledger, staleRetries }: RunRecord): string[] {
  const closed = options.connections !== null
  const { cancelled } = ledger.counts
  const unanswered = ledger.planned - ledger.answered - cancelled
  const lines = [
    ledger.responseTime.count > 0 && coordinatedOmission(ledger.responseTime, ledger.serviceTime),
    unanswered > 0 &&
      ledger.answered > 0 &&
      `${formatRequests(unanswered)} (${formatShare(unanswered, ledger.planned)}) had no answer and ${isOrAre(unanswered)} in no quantile; to a user, slower than any.`,
    cancelled > 0 &&
      `${formatRequests(cancelled)} had no answer yet when the run was ended, and ${isOrAre(cancelled)} in no quantile.`,
    staleRetries > 0 &&
      `${formatRequests(staleRetries)} sent twice, as the server closed the kept connection at that moment.`,
    closed &&
      'In a closed loop each connection waits for its answer before it sends the next request: what a stall kept from being sent is in no number here, and response time is service time.',
    !closed &&
      ledger.lateness.count > 0 &&
      `The generator sent 99 % of its requests within ${formatLatency(ledger.lateness.quantile(0.99) / 1000)} of when they were due.`,
  ]
  return lines.filter((line) => line !== false)
}

/** What the verdict means to somebody who is to act on it. */
export function meaningOf({ options, verdict, ledger }: RunRecord): string {
  if (verdict.verdict === 'valid') {
    const keptUp =
      options.connections === null ? 'requests went out when due' : 'the generator kept up'
    const answered =
      ledger.answered < ledger.planned
        ? `, of the ${formatRequests(ledger.answered)} with an answer`
        : ''
    return `${keptUp}, so these are the server’s times${answered}.`
  }
  return 'what was measured may be this generator and not the server. Ask for a lower --rate, or give it more of the machine (--workers), and run it again.'
}

/** Where the two times part most: there a tool that counts from the sending would have said something else. */
const coordinatedOmission = (response: Histogram, service: Histogram): string | false => {
  const rows = shownQuantiles.map((name) => {
    const [waited, served] = [response, service].map((time) => time.quantile(quantiles[name]))
    return { name: name.replace('_', '.'), responseUs: waited ?? 0, serviceUs: served ?? 0 }
  })
  const telling = rows.filter(
    ({ responseUs, serviceUs }) =>
      responseUs > 1.5 * serviceUs && responseUs - serviceUs > 1000 * worthSayingMs,
  )
  const worst = telling.toSorted(
    (a, b) => b.responseUs - b.serviceUs - a.responseUs + a.serviceUs,
  )[0]
  if (!worst) return false
  const [responded, served] = [worst.responseUs, worst.serviceUs].map((us) =>
    formatLatency(us / 1000),
  )
  return `Coordinated omission: requests waited before they could be sent. ${worst.name} is ${responded}; a tool that counts since sent would have said ${served}.`
}

const isOrAre = (count: number) => (count === 1 ? 'is' : 'are')
