import type { Logger } from 'pino'
import type { Told } from './pusher.ts'

export type ReporterOptions = {
  logger: Pick<Logger, 'info' | 'warn'>
  /** Counts lines by how they ended. */
  count: Told['ended']
  /** In milliseconds, monotonic. */
  now?: () => number
}

/** Refusals may come with each batch: one line in so long tells of all. */
const REFUSAL_PAUSE_MS = 60_000

/**
 * Tells the log of what is out of the ordinary, and of its end: each reason for an outage once, however often the
 * database is tried.
 */
export function createReporter({
  logger,
  count,
  now = performance.now.bind(performance),
}: ReporterOptions): Told {
  /** When the outage began, and what it was put down to so far. */
  let outage: { since: number; reasons: Set<string> } | undefined
  let dropped = 0
  let refused = 0
  let refusalsToldAt = Number.NEGATIVE_INFINITY

  return {
    ended(outcome, lines) {
      count(outcome, lines)
      if (outcome !== 'dropped') return
      if (dropped === 0) logger.warn('influx: the buffer is full, the oldest points are dropped')
      dropped += lines.length
    },
    failed(why) {
      outage ??= { since: now(), reasons: new Set() }
      if (outage.reasons.has(why)) return
      outage.reasons.add(why)
      logger.warn({ why }, 'influx: the database takes no points; they wait, and are sent again')
    },
    refused(why, lines) {
      refused += lines.length
      if (now() - refusalsToldAt < REFUSAL_PAUSE_MS) return
      refusalsToldAt = now()
      logger.warn({ why, points: refused }, 'influx: the database refused points; they are lost')
      refused = 0
    },
    written() {
      if (!outage && dropped === 0) return
      const seconds = outage ? Math.round((now() - outage.since) / 100) / 10 : 0
      logger.info({ seconds, dropped }, 'influx: the database takes points again')
      outage = undefined
      dropped = 0
    },
  }
}
