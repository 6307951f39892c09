/** What stands where there is no number. */
export const NONE = '–'

/** A time with its unit, three significant digits: 512 µs, 12.3 ms, 1.98 s. */
export function formatSeconds(seconds: number | undefined | null): string {
  if (seconds === undefined || seconds === null || Number.isNaN(seconds)) return NONE
  if (seconds === 0) return '0 s'
  const size = Math.abs(seconds)
  // What would be rounded up to 1000 of one unit is 1.00 of the next.
  if (size < 0.0009995) return `${digits(seconds * 1e6)} µs`
  if (size < 0.9995) return `${digits(seconds * 1e3)} ms`
  return `${digits(seconds)} s`
}

/** A share of 1 as per cent, three significant digits. */
export function formatShare(share: number | undefined): string {
  return share === undefined || Number.isNaN(share) ? NONE : `${digits(share * 100)} %`
}

/**
 * How far an estimate is off, as a share of the truth, with its sign: +24.8 %, −3.10 %, 0 %. Below 0.1 % two
 * decimals say enough, and fit beside the picture.
 */
export function formatError(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return NONE
  if (Math.abs(share) < 0.00005) return '0 %'
  const sign = share > 0 ? '+' : '−'
  const percent = Math.abs(share) * 100
  // More digits would say no more, and leave the picture.
  if (percent >= MOST_PERCENT) return `>${formatCount(MOST_PERCENT)} %`
  return `${sign}${percent < 0.1 ? percent.toFixed(2) : digits(percent)} %`
}

const MOST_PERCENT = 99_900

/** Requests a second. */
export function formatRate(rate: number | undefined): string {
  return rate === undefined ? NONE : `${digits(rate)}/s`
}

/** A count, exactly. */
export function formatCount(count: number | undefined): string {
  return count === undefined ? NONE : count.toLocaleString('en-US')
}

/** A count with its noun: 1 request, 2,967 requests. */
export function formatMany(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** The same text, in which no line ends between a number and its unit. */
export function unbroken(text: string): string {
  return text.replace(/(\d) (?=(?:µs|ms|s|%)(?!\w))/g, '$1\u00a0')
}

/** A bound, an end of an axis or a parameter, without zeros at its end: 2.5 s, 100 ms. */
export function formatBound(seconds: number): string {
  if (seconds === Number.POSITIVE_INFINITY) return '+Inf'
  return formatSeconds(seconds)
    .replace(/(\.\d*?)0+(?= )/, '$1')
    .replace(/\.(?= )/, '')
}

/** A number without a unit, without zeros at its end, three significant digits. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 1000
    ? formatCount(Math.round(value))
    : String(Number(value.toPrecision(3)))
}

const digits = (value: number): string => {
  if (value === 0) return '0'
  if (Math.abs(value) >= 999.5) return Number(value.toPrecision(3)).toLocaleString('en-US')
  return value.toPrecision(3)
}
