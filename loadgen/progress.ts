import { formatDuration, formatLatency } from './duration.ts'
import type { Ledger } from './ledger.ts'

/** What the live line shows. Latencies in milliseconds of the last seconds, NaN when nothing was answered. */
export type Progress = {
  elapsedMs: number
  /** Null when a number of requests ends the run, and not a duration. */
  durationMs: number | null
  /** Requests asked for in all; null when a duration ends the run. */
  requests: number | null
  planned: number
  /** Null in a closed loop. */
  rateAsked: number | null
  rateAchieved: number
  inFlight: number
  p50Ms: number
  p99Ms: number
  /** Ended without a good answer, since the start. */
  errors: number
}

/** One line of at most `columns` characters; what matters least is last, and is cut off first. */
export function renderProgress(progress: Progress, columns: number): string {
  const { elapsedMs, durationMs, requests, planned } = progress
  const done = Math.max(
    durationMs === null ? 0 : elapsedMs / durationMs,
    requests === null ? 0 : planned / requests,
  )
  const left =
    durationMs === null ? '' : ` ${formatDuration(secondsLeft(durationMs - elapsedMs))} left`
  const text = [
    `${bar(Math.min(1, done))}${left}`,
    `${rateOf(progress)} a second`,
    `p50 ${formatLatency(progress.p50Ms)}`,
    `p99 ${formatLatency(progress.p99Ms)}`,
    `${progress.inFlight} in flight`,
    `${progress.errors} errors`,
  ].join('  ')
  return text.slice(0, Math.max(0, columns))
}

const rateOf = ({ rateAchieved, rateAsked }: Progress) => {
  const asked = rateAsked === null ? '' : `/${Number(rateAsked.toPrecision(4))}`
  return `${rateAchieved.toFixed((rateAsked ?? rateAchieved) < 10 ? 1 : 0)}${asked}`
}

const barCells = 16

const bar = (share: number) => {
  const full = Math.round(share * barCells)
  return `${'█'.repeat(full)}${'░'.repeat(barCells - full)} ${Math.floor(share * 100)} %`
}

const secondsLeft = (ms: number) => Math.max(0, Math.ceil(ms / 1000) * 1000)

/** Errors as the live line counts them: every end but a good answer. */
export function errorsIn({ counts }: Ledger): number {
  return counts.httpErrors + counts.networkErrors + counts.timeouts + counts.neverSent
}
