import { formatDuration, formatLatency } from './duration.ts'
import type { Ledger } from './ledger.ts'

/** What the live lines show. Latencies in milliseconds of the last seconds, NaN when nothing was answered. */
export type Progress = {
  elapsedMs: number
  /** Null when a number of requests ends the run, and not a duration. */
  durationMs: number | null
  /** Requests asked for in all; null when a duration ends the run. */
  requests: number | null
  planned: number
  /** Null where no rate is asked for. */
  rateAsked: number | null
  rateAchieved: number
  inFlight: number
  p50Ms: number
  p99Ms: number
  /** Ended without a good answer, since the start. */
  errors: number
}

/**
 * Two lines of at most `columns` characters: how far and how fast, and below it how slow. What doesn't fit
 * is left out whole, from the end, where what matters least is.
 */
export function renderProgress(progress: Progress, columns: number): string[] {
  const { elapsedMs, durationMs, requests, planned } = progress
  const done = Math.max(
    durationMs === null ? 0 : elapsedMs / durationMs,
    requests === null ? 0 : planned / requests,
  )
  const left = durationMs === null ? [] : [`${formatDuration(secondsLeft(progress))} left`]
  return [
    fit([`${bar(Math.min(1, done))}`, ...left, rateOf(progress)], columns),
    fit(
      [
        `p50 ${formatLatency(progress.p50Ms)}`,
        `p99 ${formatLatency(progress.p99Ms)}`,
        count(progress.errors, 'error'),
        `${progress.inFlight.toLocaleString('en-US')} in flight`,
        '(latency: last 5 s)',
      ],
      columns,
    ),
  ]
}

const rateOf = ({ rateAchieved, rateAsked }: Progress) => {
  const achieved = rateAchieved.toFixed((rateAsked ?? rateAchieved) < 10 ? 1 : 0)
  const asked = rateAsked === null ? '' : ` of ${Number(rateAsked.toPrecision(4))}`
  return `${achieved}${asked} requests/s`
}

const fit = (fields: string[], columns: number): string =>
  fields.reduce((line, field) => {
    const longer = line === '' ? field : `${line}  ${field}`
    return longer.length <= columns ? longer : line
  }, '')

const barCells = 16

const bar = (share: number) => {
  const full = Math.round(share * barCells)
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${Math.floor(share * 100)} %`
}

/** In milliseconds, but of whole seconds. */
const secondsLeft = ({ durationMs, elapsedMs }: Progress) =>
  Math.max(0, Math.ceil(((durationMs ?? 0) - elapsedMs) / 1000) * 1000)

const count = (n: number, thing: string) =>
  `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`

/** Errors as the live lines count them: every end but a good answer. */
export function errorsIn({ counts }: Ledger): number {
  return counts.httpErrors + counts.networkErrors + counts.timeouts + counts.neverSent
}
