/** Bounds, or each mistake in what was typed. */
export type ReadBounds = { bounds: number[] } | { mistakes: string[] }

/** More than anybody pays for: each is a series. */
export const MOST_BOUNDS = 200

/** As prom-client's exponentialBuckets takes them. */
export type Exponential = { start: number; factor: number; count: number }

/**
 * Reads bounds in seconds, with commas or spaces between them: `0.1, 0.25, 0.5`; also as they stand in code, in
 * brackets and quotes.
 */
export function readBounds(text: string): ReadBounds {
  const words = text
    .replace(/^\s*buckets\s*[:=]/i, '')
    .split(/[\s,;[\](){}'"`]+/)
    .filter((word) => word !== '')
  if (words.length === 0)
    return { mistakes: ['bounds: at least one, in seconds, such as 0.1, 0.5, 1'] }
  if (words.length > MOST_BOUNDS) {
    return { mistakes: [`bounds: ${words.length} are too many: at most ${MOST_BOUNDS}`] }
  }
  const bounds = words.map((word) =>
    /^(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word) ? Number(word) : Number.NaN,
  )
  const mistakes = words.flatMap((word, i) => {
    const bound = bounds[i] ?? Number.NaN
    const before = bounds[i - 1] ?? 0
    if (/^\+?inf(inity)?$/i.test(word)) return [`${word}: leave it out, it is always there`]
    if (!(bound > 0 && bound <= LONGEST_SECONDS))
      return [
        `${word}: must be a number of seconds above 0, up to ${LONGEST_SECONDS}${hintFor(word, text)}`,
      ]
    return bound <= before ? [`${word}: must be above ${before}, the bound before it`] : []
  })
  return mistakes.length > 0 ? { mistakes } : { bounds }
}

const LONGEST_SECONDS = 3600

/** What somebody may have meant. */
const hintFor = (word: string, text: string) => {
  const [, value, unit] = /^(\d*\.?\d+)(ms|s)$/.exec(word) ?? []
  if (value)
    return `; without a unit: ${Number((Number(value) / (unit === 'ms' ? 1000 : 1)).toPrecision(12))}`
  return word === '0' && /\b0,\d/.test(text) ? '; a decimal has a point: 0.1' : ''
}

/** Makes the bounds that `exponentialBuckets(start, factor, count)` of prom-client makes. */
export function exponentialBounds({ start, factor, count }: Exponential): ReadBounds {
  const mistakes = [
    ...(start > 0 && start <= 3600 ? [] : ['start: must be above 0 s, up to 3600 s']),
    ...(factor > 1 && factor <= 100 ? [] : ['factor: must be above 1, up to 100']),
    ...(Number.isInteger(count) && count >= 1 && count <= MOST_BOUNDS
      ? []
      : [`count: must be a whole number from 1 to ${MOST_BOUNDS}`]),
  ]
  if (mistakes.length > 0) return { mistakes }
  const bounds: number[] = []
  for (let bound = start; bounds.length < count; bound *= factor) bounds.push(bound)
  if ((bounds.at(-1) ?? 0) > 1e6)
    return { mistakes: ['count: the last bound is beyond 1,000,000 s'] }
  return { bounds }
}

/** The series that one set of labels costs: each bucket, the one to +Inf, the sum and the count. */
export function seriesOf(bounds: readonly number[]): number {
  return bounds.length + 3
}

/** The line for prom-client. */
export function promClientLine(buckets: readonly number[] | Exponential): string {
  const value =
    'start' in buckets
      ? `exponentialBuckets(${buckets.start}, ${buckets.factor}, ${buckets.count})`
      : `[${buckets.map((bound) => Number(bound.toPrecision(12))).join(', ')}]`
  return `new Histogram({ name: 'http_request_duration_seconds', help: 'Duration of requests.', buckets: ${value} })`
}
