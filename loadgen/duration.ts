const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/**
 * Reads a duration such as `500ms`, `90s`, `2m`, `1h` or `1m30s`, and gives it in milliseconds.
 * Units go from the larger to the smaller, each at most once; the last may have a fraction (`1.5s`).
 * Anything else, a bare number and zero among it, is null.
 */
export function parseDuration(text: string): number | null {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text)
  const single = /^(\d+(?:\.\d+)?)(h|m)$/.exec(text)
  if (single) return positive(Number(single[1]) * unitMs[single[2] as 'h' | 'm'])
  if (!match) return null
  const [, hours = 0, minutes = 0, seconds = 0, ms = 0] = match
  return positive(
    Number(hours) * unitMs.h +
      Number(minutes) * unitMs.m +
      Number(seconds) * unitMs.s +
      Number(ms) * unitMs.ms,
  )
}

/** Writes milliseconds as one would type them: `1h`, `1m30s`, `2.5s`, `500ms`. Zero is `0s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  if (ms < 1000) return `${round(ms)}ms`
  const hours = Math.floor(ms / unitMs.h)
  const minutes = Math.floor((ms % unitMs.h) / unitMs.m)
  const seconds = round((ms % unitMs.m) / unitMs.s)
  return `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${seconds ? `${seconds}s` : ''}`
}

/**
 * Writes a measured time of milliseconds for a reader: three significant digits and a unit, `840 µs`,
 * `1.20 ms`, `1.84 s`. Four digits from a second up, since a millisecond of 1.234 s matters here.
 * NaN, which is what an empty histogram answers, is `–`.
 */
export function formatLatency(ms: number): string {
  if (Number.isNaN(ms)) return '–'
  if (ms < 0.9995) return `${Math.round(ms * 1000)} µs`
  if (ms < 999.5) return `${digits(ms, 3)} ms`
  return `${digits(ms / 1000, 4)} s`
}

const digits = (value: number, significant: number) => {
  const whole = Math.max(1, Math.floor(Math.log10(value)) + 1)
  return value.toFixed(Math.max(0, significant - whole))
}

const positive = (ms: number) => (ms > 0 && Number.isFinite(ms) ? ms : null)

const round = (value: number) => Number(value.toFixed(3))
