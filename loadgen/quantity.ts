import { formatDuration, formatLatency } from './duration.ts'

/** Writes a count with its thousands apart: `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}

/** Writes a count of requests: `1 request`, `2 requests`. */
export function formatRequests(count: number): string {
  return `${formatCount(count)} request${count === 1 ? '' : 's'}`
}

/**
 * Writes what part of `total` a count is, in percent with two digits; only the whole is `100 %`, and only
 * nothing `0.00 %`. A dash where there is no total.
 */
export function formatShare(count: number, total: number): string {
  if (total === 0) return '–'
  if (count === total) return '100 %'
  const percent = (100 * count) / total
  if (count > 0 && percent < 0.01) return '<0.01 %'
  return `${Math.min(percent, 99.99).toFixed(2)} %`
}

/** Writes requests a second, to three digits or to whole ones: `0.333`, `49.6`, `12,345`. */
export function formatRate(perSecond: number): string {
  if (perSecond >= 100) return formatCount(Math.round(perSecond))
  return String(Number(perSecond.toPrecision(3)))
}

/** Writes how many seconds something lasted: a tenth is enough of it, or less if there isn't more. */
export function formatLasting(seconds: number): string {
  return seconds < 1
    ? formatLatency(seconds * 1000)
    : formatDuration(Math.round(seconds * 10) * 100)
}
