import { bucketLayouts } from '../buckets.ts'
import { countsIn, type Distribution, ofFormula } from './distribution.ts'
import { formatBound, formatError, formatSeconds, formatShare } from './format.ts'
import { type Exponential, promClientLine } from './own-layout.ts'
import { bucketOf, estimateQuantile } from './quantile.ts'
import type { Scale } from './scale.ts'

/** The quantiles that the page compares. */
export const quantiles = [0.5, 0.9, 0.95, 0.99] as const

/** A layout that was chosen, with the metric that has it on this server. */
export type Chosen = {
  bounds: readonly number[]
  /** The series to ask a Prometheus for; the linear ones where the layout is one's own. */
  series: string
  /** The line for prom-client. */
  line: string
}

const ofContract = (bounds: number[], series: string, made?: Exponential): Chosen => ({
  bounds,
  series,
  line: promClientLine(made ?? bounds),
})

const linear = 'lab_request_duration_seconds_bucket'

/** The layouts that the server has, by the names that it gives them. */
export const layouts = {
  openTelemetry: ofContract(
    bucketLayouts.openTelemetry,
    'http_server_request_duration_seconds_bucket{http_route=~"/|/images", http_response_status_code!~"499|503"}',
  ),
  exponential: ofContract(
    bucketLayouts.exponential,
    'httpserver_execution_latency_seconds_bucket{step="total"}',
    { start: 0.001, factor: 2, count: 15 },
  ),
  linear: ofContract(bucketLayouts.linear, linear),
}

/** A layout of one's own: no metric of this server has it. */
export function ownLayout(bounds: readonly number[], made?: Exponential): Chosen {
  return { bounds, series: linear, line: promClientLine(made ?? bounds) }
}

/** The query that reads p99 off a layout's series, over the last minute. */
export function queryOf(series: string): string {
  return `histogram_quantile(0.99, sum by (le) (rate(${series}[1m])))`
}

/** One quantile as it was and as a histogram has it, in seconds. */
export type Compared = {
  q: number
  true: number | undefined
  estimated: number | undefined
  /** How far off, as a share of the truth. */
  error: number | undefined
}

/** What happened, and what a histogram with these bounds makes of it. */
export type View = {
  truth: Distribution
  seen: Distribution
  bounds: readonly number[]
  /** Cumulative; the last is all. */
  counts: number[]
  compared: Compared[]
}

/**
 * Holds the truth against a histogram.
 *
 * @param seen what is counted: the durations, which are the delays and what the server itself took
 */
export function viewOf(truth: Distribution, seen: Distribution, bounds: readonly number[]): View {
  const counts = countsIn(seen, bounds)
  const compared = quantiles.map((q) => {
    const real = truth.count > 0 ? truth.quantile(q) : undefined
    const estimated = estimateQuantile(q, bounds, counts)
    return { q, true: real, estimated, error: errorOf(real, estimated) }
  })
  return { truth, seen, bounds, counts, compared }
}

/**
 * What a formula leads to expect: the delays, and the durations that a histogram would observe. These are a
 * little longer, whatever the server does, and where a bound is at a delay that decides which bucket it is.
 */
export function expectedOf(quantile: (q: number) => number): Pick<View, 'truth' | 'seen'> {
  return { truth: ofFormula(quantile), seen: ofFormula((q) => quantile(q) + OWN_SECONDS) }
}

/** What the server itself takes over a request, about. */
const OWN_SECONDS = 0.0005

/**
 * The axis on which a distribution is to be seen: where its p99 is many times its median, half of it would
 * be at the left end of a linear one. In between it stays as it was before.
 */
export function fittingAxis({ quantile }: Distribution, before: Scale['kind']): Scale['kind'] {
  const ratio = (quantile(0.99) ?? 0) / Math.max(0.001, quantile(0.5) ?? 0)
  return ratio > 8 ? 'log' : ratio < 5 ? 'linear' : before
}

/** The name of a quantile: p99. */
export function nameOf(q: number): string {
  return `p${Number((q * 100).toPrecision(4))}`
}

/** How bad an error is: right within 2 %, near within 10 %, wrong beyond; as the dashboards colour it. */
export function gradeOf(error: number | undefined): 'good' | 'warn' | 'bad' | undefined {
  if (error === undefined) return undefined
  const size = Math.abs(error)
  return size <= 0.02 ? 'good' : size <= 0.1 ? 'warn' : 'bad'
}

/** A sentence in parts, so that the truth and the estimate can be told apart by more than a word. */
export type Sentence = { text: string; kind?: 'truth' | 'seen' }[]

/** What the picture shows, in words: the quantile that is furthest off, and why. */
export function verdictOf({ bounds, counts, compared }: View): Sentence {
  const known = compared.filter((each) => each.true !== undefined && each.estimated !== undefined)
  if (known.length === 0) return [{ text: 'Nothing to see yet.' }]
  const size = ({ error }: Compared) => Math.abs(error ?? 0)
  const worst = known.reduce((a, b) => (size(b) > size(a) ? b : a))
  const p99 = known.at(-1) as Compared
  // The p99 is what people look at: another one is named only where that is right.
  const told = gradeOf(p99.error) === 'good' && gradeOf(worst.error) !== 'good' ? worst : p99
  const name = nameOf(told.q)
  const right = gradeOf(told.error) === 'good'
  return [
    { text: `The ${name} is ` },
    { text: formatSeconds(told.true), kind: 'truth' },
    { text: right ? ', and these buckets say ' : '. These buckets say ' },
    { text: formatSeconds(told.estimated), kind: 'seen' },
    { text: `${inBrackets(told.error)}${right ? '.' : whyOf(told, bounds, counts)}` },
  ]
}

/** An error after its estimate; nothing where there is none, since the truth is 0. */
export function inBrackets(error: number | undefined): string {
  return error === undefined ? '' : ` (${formatError(error)})`
}

/** Why an estimate is where it is: the bucket, and how much is in it. */
const whyOf = ({ q }: Compared, bounds: readonly number[], counts: readonly number[]) => {
  const bucket = bucketOf(q, bounds, counts)
  const all = counts.at(-1) ?? 0
  if (!bucket) return '.'
  const share = formatShare(bucket.within / all)
  if (bucket.upper === Number.POSITIVE_INFINITY) {
    return `: ${share} of the requests are beyond the last bound, ${formatBound(bucket.lower)}, and they can say no more than that.`
  }
  return `: all they know is that ${share} of the requests took ${formatBound(bucket.lower)} to ${formatBound(bucket.upper)}, so they assume an even spread from one to the other.`
}

const errorOf = (real: number | undefined, estimated: number | undefined) =>
  real === undefined || estimated === undefined || real === 0 ? undefined : estimated / real - 1
