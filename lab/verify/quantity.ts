/** Seconds for people, to three significant digits, or to the millisecond from a second on. */
export function duration(seconds: number | null): string {
  if (seconds === null) return '—'
  if (!Number.isFinite(seconds)) return '∞'
  if (Math.abs(seconds) >= 0.9995) return `${plain(seconds, 3)} s`
  return `${plain(seconds * 1000, significant(seconds * 1000))} ms`
}

/** A bucket for people: `1–2.5 s`, `64–128 ms`; without an end: `above 10 s`. */
export function range({ low, high }: { low: number; high: number }): string {
  if (!Number.isFinite(high)) return `above ${low} s`
  const [unit, factor] = high >= 1 ? (['s', 1] as const) : (['ms', 1000] as const)
  const number = (value: number) => String(Number((value * factor).toPrecision(6)))
  return `${number(low)}–${number(high)} ${unit}`
}

/** How far `estimate` is from `truth`: `+24.7 %`; where the truth is 0 there is no answer. */
export function errorText(error: number | null): string {
  if (error === null) return '—'
  const percent = error * 100
  const digits = Math.abs(percent) < 9.95 ? 1 : 0
  const text = Math.abs(percent).toFixed(digits)
  return `${Number(text) === 0 ? '±' : percent < 0 ? '−' : '+'}${text} %`
}

/** How far `estimate` is from `truth`, as a share of the truth; null where either is lacking or 0. */
export function relativeError(estimate: number | null, truth: number | null): number | null {
  return estimate === null || !truth ? null : estimate / truth - 1
}

const significant = (value: number) => {
  const size = Math.abs(value)
  if (size < 0.05) return 3
  return size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2
}

const plain = (value: number, digits: number) => {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}
