import { formatLatency } from './duration.ts'
import type { Histogram } from './histogram.ts'
import type { Ledger } from './ledger.ts'
import { formatCount, formatRequests, formatShare } from './quantity.ts'
import { quantiles, type RunRecord } from './result.ts'
import { shownQuantiles } from './tables.ts'

/** From this share of errors among the answers, they colour the quantiles. */
const errorsWorthSaying = 0.01

/** Below this, a difference between response and service time is a timer's or the scheduler's, and not worth a word. */
const worthSayingMs = 20

/** What the numbers hide, in sentences: waiting, requests without an answer, the generator's own lateness. */
export function findings({ options, ledger, staleRetries }: RunRecord): string[] {
  const closed = options.connections !== null
  const { answered, unanswered } = ledger
  const { cancelled, httpErrors } = ledger.counts
  const lines = [
    answered > 0 && coordinatedOmission(ledger.responseTime, ledger.serviceTime),
    connecting(ledger),
    httpErrors >= answered * errorsWorthSaying &&
      answered > 0 &&
      httpErrors > 0 &&
      `${formatRequests(httpErrors)} of the ${formatCount(answered)} answered (${formatShare(httpErrors, answered)}) had an error for an answer, and ${isOrAre(httpErrors)} in the quantiles.`,
    unanswered > 0 &&
      answered > 0 &&
      `${formatRequests(unanswered)} (${formatShare(unanswered, ledger.planned)}) had no answer and ${isOrAre(unanswered)} in no quantile; to a user, slower than any.`,
    cancelled > 0 &&
      `${formatRequests(cancelled)} had no answer yet when the run was ended, and ${isOrAre(cancelled)} in no quantile.`,
    staleRetries > 0 &&
      `${formatRequests(staleRetries)} sent twice, as the server closed the kept connection at that moment.`,
    closed &&
      'In a closed loop each connection waits for its answer before it sends the next request: what a stall kept from being sent is in no number here, and response time is service time.',
    !closed &&
      ledger.lateness.count > 0 &&
      `Of the ${formatRequests(ledger.sentCount)} that it sent, the generator was ready to send 99 % within ${formatLatency(ledger.lateness.quantile(0.99) / 1000)} of when they were due.`,
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
  const lackedPlaces = verdict.reasons.some((reason) => reason.includes('--max-in-flight'))
  const advice = [
    lackedPlaces && 'raise --max-in-flight',
    options.connections === null ? 'ask for a lower rate' : 'take fewer --connections',
    'give it more of the machine (--workers, or fewer other programs)',
  ].filter((part) => part !== false)
  return `what was measured may be this generator and not the server. Before the next run ${advice.slice(0, -1).join(', ')}, or ${advice.at(-1)}.`
}

/** Where requests had to wait for a connection so long that somebody would ask where that time is. */
const connecting = ({ connectTime, answered }: Ledger): string | false => {
  if (!(connectTime.max > 1000 * worthSayingMs)) return false
  return `${formatRequests(connectTime.count)} of the ${formatCount(answered)} answered waited for a connection to open, up to ${formatLatency(connectTime.max / 1000)}: that is in the response time, and not in the service time.`
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
