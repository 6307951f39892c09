/** No run is planned for later: a date that is mistyped is rather told than waited for. */
export const longestWaitMs = 24 * 3_600_000

/**
 * Reads an instant such as `2026-03-01T12:00:00Z` (ISO 8601, with its time zone: machines may be in several, and seconds
 * may be left out); null for what is none.
 */
export function parseInstant(text: string): Date | null {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return null
  const instant = new Date(text)
  return Number.isNaN(instant.getTime()) ? null : instant
}

/**
 * What is wrong with an instant as the start of a run, at a time in milliseconds since the epoch; null for nothing. Who
 * comes too late would send all that was due by then at once, which is not the load that was asked for.
 */
export function mistakeInStart(startAt: Date, nowMs: number): string | null {
  const waitMs = startAt.getTime() - nowMs
  const text = `--start-at ${startAt.toISOString()}`
  if (waitMs < 0) return `${text}: must be still to come, and it was ${seconds(-waitMs)} s ago`
  return waitMs > longestWaitMs ? `${text}: must be within 24 h` : null
}

const seconds = (ms: number) => (ms / 1000).toFixed(1)
