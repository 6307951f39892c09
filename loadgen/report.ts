import { styleText } from 'node:util'
import { drawDistribution } from './chart.ts'
import { formatDuration, formatLatency } from './duration.ts'
import type { Histogram } from './histogram.ts'
import { outcomes } from './ledger.ts'
import type { Options } from './options.ts'
import { quantiles, type Result, type RunRecord, resultOf } from './result.ts'

/** Below this, a difference between response and service time is the timers', and not worth a word. */
const worthSayingMs = 5

/** A run for a reader, some 40 lines of at most 100 columns; with colour, escape sequences are within. */
export function renderReport(run: RunRecord, { colour }: { colour: boolean }): string {
  const paint: Paint = (format, text) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const result = resultOf(run)
  return `${[
    heading(run, result, paint),
    outcomeTable(result, paint),
    latencyTable(run, paint),
    distribution(run, paint),
    closing(run, result, paint),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

type Paint = (format: 'bold' | 'dim' | 'red' | 'green' | 'yellow', text: string) => string

const heading = ({ options, end }: RunRecord, result: Result, paint: Paint): string[] => {
  const achieved = result.rate.achieved ?? 0
  const ended = end.reason === 'completed' ? '' : `, ${end.reason}`
  return [
    paint('bold', options.url.href),
    `${lasting(end.durationSeconds)}${ended}; ${asked(options, result.rate.asked)}, sent ${rate(achieved)}/s${schedule(options)}`,
  ]
}

const asked = ({ connections }: Options, perSecond: number | null) =>
  perSecond === null
    ? `${connections} connections in a closed loop`
    : `asked for ${rate(perSecond)} requests/s`

const schedule = ({ arrivals, seed, connections }: Options) =>
  connections === null ? ` (${arrivals} arrivals, seed ${seed})` : ''

const labels = {
  ok: 'ok',
  httpErrors: 'HTTP errors',
  networkErrors: 'network errors',
  timeouts: 'timeouts',
  cancelled: 'cancelled',
  neverSent: 'never sent',
} satisfies Record<(typeof outcomes)[number], string>

const outcomeTable = (result: Result, paint: Paint): string[] => {
  const codes = (wanted: (status: number) => boolean) =>
    list(Object.entries(result.statusCodes).filter(([status]) => wanted(Number(status))))
  const details: Record<string, string> = {
    ok: codes((status) => status < 400),
    httpErrors: codes((status) => status >= 400),
    networkErrors: list(Object.entries(result.errorCodes)),
    timeouts: result.timeouts > 0 ? `after ${result.options.timeoutSeconds} s` : '',
  }
  const rows = outcomes.map((outcome) => {
    const count = result[outcome]
    const row = `${labels[outcome].padEnd(16)}${whole(count).padStart(10)}${percent(count, result.planned).padStart(10)}`
    const line = `  ${row}  ${details[outcome] ?? ''}`.trimEnd()
    if (count === 0) return paint('dim', line)
    return outcome === 'ok' ? line : paint('red', line)
  })
  return [`  ${'planned'.padEnd(16)}${whole(result.planned).padStart(10)}`, ...rows]
}

const latencyTable = ({ ledger }: RunRecord, paint: Paint): string[] => {
  const { responseTime, serviceTime } = ledger
  if (responseTime.count === 0) return []
  const row = (name: string, value: (histogram: Histogram) => number) => {
    const cells = [responseTime, serviceTime].map((histogram) =>
      formatLatency(value(histogram) / 1000).padStart(16),
    )
    return `  ${name.padEnd(8)}${cells.join('')}`
  }
  const shown = (['p50', 'p75', 'p90', 'p95', 'p99', 'p99_9'] as const).map((name) =>
    row(name.replace('_', '.'), (histogram) => histogram.quantile(quantiles[name])),
  )
  return [
    paint('bold', `  ${''.padEnd(8)}${'response time'.padStart(16)}${'service time'.padStart(16)}`),
    paint('dim', `  ${''.padEnd(8)}${'since due'.padStart(16)}${'since sent'.padStart(16)}`),
    ...shown,
    row('max', (histogram) => histogram.max),
    row('mean', (histogram) => histogram.mean),
  ]
}

const distribution = ({ ledger }: RunRecord, paint: Paint): string[] => {
  const lines = drawDistribution(ledger.responseTime)
  if (lines.length === 0) return []
  return [paint('bold', '  Response time, from'), ...lines.map((line) => `  ${line}`)]
}

/** What the numbers mean: what they hide, how late the generator was, and whether to believe them. */
const closing = ({ ledger, staleRetries }: RunRecord, result: Result, paint: Paint): string[] => {
  const p99 = (histogram: Histogram) => histogram.quantile(0.99) / 1000
  const [response, service] = [p99(ledger.responseTime), p99(ledger.serviceTime)]
  const { cancelled } = ledger.counts
  const unanswered = ledger.planned - ledger.answered - cancelled
  const lines = [
    response > 1.5 * service &&
      response - service > worthSayingMs &&
      `Requests waited before they could be sent.\np99 is ${formatLatency(response)}, of which a closed-loop tool, counting since sent, shows ${formatLatency(service)}.`,
    unanswered > 0 &&
      ledger.answered > 0 &&
      `${requests(unanswered)} (${percent(unanswered, ledger.planned)}) had no answer and ${isOrAre(unanswered)} in no quantile; to a user, slower than any.`,
    cancelled > 0 &&
      `${requests(cancelled)} had no answer yet when the run was ended, and ${isOrAre(cancelled)} in no quantile.`,
    staleRetries > 0 &&
      `${requests(staleRetries)} sent twice, as the server closed the kept connection at that moment.`,
    ledger.lateness.count > 0 &&
      `The generator sent 99 % of its requests within ${formatLatency(p99(ledger.lateness))} of when they were due.`,
    verdictOf(result, paint),
  ]
  return lines.filter((line) => line !== false)
}

const verdictOf = ({ responseTime, verdict, reasons }: Result, paint: Paint): string => {
  if (responseTime.count === 0) return 'No answer, so nothing was measured.'
  if (verdict === 'valid') return paint('green', 'Verdict: valid.')
  const lines = reasons.map((reason) => `  - ${reason}`)
  return paint('yellow', ['Verdict: generator-limited.', ...lines].join('\n'))
}

/** A measured duration: a tenth of a second is enough of it, or less if there isn't more. */
const lasting = (seconds: number) =>
  seconds < 1 ? formatLatency(seconds * 1000) : formatDuration(Math.round(seconds * 10) * 100)

const list = (entries: [string, number][]) =>
  entries.map(([code, count]) => `${code}: ${whole(count)}`).join(', ')

const whole = (count: number) => count.toLocaleString('en-US')

const requests = (count: number) => `${whole(count)} request${count === 1 ? '' : 's'}`

const isOrAre = (count: number) => (count === 1 ? 'is' : 'are')

const percent = (count: number, total: number) =>
  total === 0 ? '–' : `${((100 * count) / total).toFixed(count === total ? 0 : 2)} %`

const rate = (perSecond: number) =>
  perSecond >= 100 ? whole(Math.round(perSecond)) : String(Number(perSecond.toPrecision(3)))
