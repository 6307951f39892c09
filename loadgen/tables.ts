import { formatLatency } from './duration.ts'
import { type Expectation, formatSeen } from './expect.ts'
import type { Histogram } from './histogram.ts'
import { type Ledger, outcomes } from './ledger.ts'
import type { Paint } from './paint.ts'
import { formatCount, formatShare } from './quantity.ts'
import { quantiles, type Result } from './result.ts'
import { wrap } from './wrap.ts'

/** The outcomes by the names that a reader sees. */
export const outcomeNames = {
  ok: 'ok',
  httpErrors: 'HTTP errors',
  networkErrors: 'network errors',
  timeouts: 'timeouts',
  cancelled: 'cancelled',
  neverSent: 'never sent',
} satisfies Record<(typeof outcomes)[number], string>

/** What an outcome consists of: status codes, error codes, or the time that was allowed; '' for nothing. */
export function outcomeDetail(outcome: (typeof outcomes)[number], result: Result): string {
  const codes = (wanted: (status: number) => boolean) =>
    list(Object.entries(result.statusCodes).filter(([status]) => wanted(Number(status))))
  if (outcome === 'ok') return codes((status) => status < 400)
  if (outcome === 'httpErrors') return codes((status) => status >= 400)
  if (outcome === 'networkErrors') return list(Object.entries(result.errorCodes))
  if (outcome !== 'timeouts' || result.timeouts === 0) return ''
  return `after ${result.options.timeoutSeconds} s`
}

/** The account: what was planned, and each outcome with its share and its parts. */
export function outcomeTable(result: Result, columns: number, paint: Paint): string[] {
  const rows = outcomes.flatMap((outcome) => {
    const count = result[outcome]
    const row = `  ${outcomeNames[outcome].padEnd(16)}${formatCount(count).padStart(10)}${formatShare(count, result.planned).padStart(10)}  `
    const lines = beside(row, outcomeDetail(outcome, result), columns)
    if (count === 0) return lines.map((line) => paint('dim', line))
    return outcome === 'ok' ? lines : lines.map((line) => paint('red', line))
  })
  return [`  ${'planned'.padEnd(16)}${formatCount(result.planned).padStart(10)}`, ...rows]
}

/** A text to the right of a row, or where there is little room, below it. */
const beside = (row: string, text: string, columns: number): string[] => {
  const room = columns - row.length
  if (room < 24)
    return text === '' ? [row.trimEnd()] : [row.trimEnd(), ...wrap(`    ${text}`, columns, '    ')]
  const [first = '', ...more] = wrap(text, room)
  return [`${row}${first}`.trimEnd(), ...more.map((line) => ' '.repeat(row.length) + line)]
}

/** Quantiles, extremes and mean of response and service time, side by side. */
export function latencyTable(
  { responseTime, serviceTime }: Pick<Ledger, 'responseTime' | 'serviceTime'>,
  columns: number,
  paint: Paint,
): string[] {
  if (responseTime.count === 0) return []
  const width = columns < 50 ? 14 : 16
  const line = (name: string, cells: string[]) =>
    `  ${name.padEnd(8)}${cells.map((cell) => cell.padStart(width)).join('')}`
  const row = (name: string, value: (histogram: Histogram) => number) =>
    line(
      name,
      [responseTime, serviceTime].map((histogram) => formatLatency(value(histogram) / 1000)),
    )
  return [
    paint('bold', line('', ['response time', 'service time'])),
    paint('dim', line('', ['since due', 'since sent'])),
    row('min', (histogram) => histogram.min),
    ...shownQuantiles.map((name) =>
      row(name.replace('_', '.'), (histogram) => histogram.quantile(quantiles[name])),
    ),
    row('max', (histogram) => histogram.max),
    row('mean', (histogram) => histogram.mean),
  ]
}

/** The quantiles that a reader sees, by their names in the result. */
export const shownQuantiles = ['p50', 'p75', 'p90', 'p95', 'p99', 'p99_9'] as const

/** Each expectation, whether it holds, and what was seen. */
export function expectationTable(
  given: readonly Expectation[],
  { expectations }: Result,
  columns: number,
  paint: Paint,
): string[] {
  if (expectations.length === 0) return []
  const failed = expectations.filter(({ passed }) => !passed).length
  const heading =
    failed === 0
      ? 'Expectations: all hold.'
      : `Expectations: ${failed} of ${expectations.length} failed.`
  const width = Math.max(...expectations.map(({ expectation }) => expectation.length))
  const rows = expectations.flatMap((checked, index) => {
    const { expectation, passed } = checked
    const value = formatSeen(given[index] as Expectation, checked)
    const row = `  ${passed ? 'holds ' : 'failed'}  ${expectation.padEnd(width)}  `
    const lines = besideOrBelow(row, `seen: ${value}`, columns)
    return passed ? lines : lines.map((line) => paint('red', line))
  })
  return [paint(failed === 0 ? 'green' : 'red', heading), ...rows]
}

const besideOrBelow = (row: string, text: string, columns: number): string[] =>
  row.length + text.length <= columns
    ? [`${row}${text}`]
    : [row.trimEnd(), ...wrap(`    ${text}`, columns, '    ')]

const list = (entries: [string, number][]) =>
  entries.map(([code, count]) => `${code}: ${formatCount(count)}`).join(', ')
