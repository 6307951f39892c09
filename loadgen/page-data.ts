import type { Histogram } from './histogram.ts'
import type { LatencySketch } from './latency-sketch.ts'
import { logBins } from './log-bins.ts'
import type { RunRecord } from './result.ts'
import type { Slot, TimeSeries } from './time-series.ts'

/** Times in seconds, rates a second; null where there is nothing to draw. */
type Column = (number | null)[]

/** What the charts of a page draw; plain numbers, in columns as uPlot takes them. */
export type PageData = {
  /** How long a point of the course is, in seconds. */
  slotSeconds: number
  course: Record<'at' | 'asked' | 'sent' | 'errors', Column> &
    Record<'response' | 'service', Record<'p50' | 'p99' | 'max', Column>>
  /** Steps of a logarithmic axis by their lower edges, the last edge included; shares are from 0 to 1. */
  distribution: Record<'from' | 'response' | 'service', Column>
  /** Quantiles q by 1 / (1 − q), from 1 to the number of answers. */
  percentiles: Record<'oneIn' | 'response' | 'service', Column>
}

/** Enough for steps that are narrow, and not so many that each has a handful of answers. */
const mostBins = 60
const pointsPerDecade = 30

/** Puts a run's figures into columns for the charts. */
export function pageData(run: RunRecord, series: TimeSeries): PageData {
  const { ledger, end } = run
  return {
    slotSeconds: series.slotSeconds,
    course: courseOf(series, end.durationSeconds),
    distribution: distributionOf(ledger.responseTime, ledger.serviceTime),
    percentiles: percentilesOf(ledger.responseTime, ledger.serviceTime),
  }
}

const courseOf = ({ slots, slotSeconds, untilSeconds }: TimeSeries, issuedSeconds: number) => {
  const column = (value: (slot: Slot, from: number) => number): Column =>
    slots.map((slot, n) => finite(value(slot, n * slotSeconds)))
  // The stretch in which the run ended is shorter: its rates are of the part that there was.
  const lengthUntil = (until: number) => (from: number) =>
    until <= from ? slotSeconds : Math.min(slotSeconds, Math.max(shortest, until - from))
  const [issuing, running] = [lengthUntil(issuedSeconds), lengthUntil(untilSeconds)]
  const latency = (sketchOf: (slot: Slot) => LatencySketch) => ({
    p50: column((slot) => sketchOf(slot).quantile(0.5) / 1e6),
    p99: column((slot) => sketchOf(slot).quantile(0.99) / 1e6),
    max: column((slot) => sketchOf(slot).max / 1e6),
  })
  return {
    at: column((_, from) => from),
    asked: column(({ planned }, from) => planned / issuing(from)),
    sent: column(({ sent }, from) => sent / issuing(from)),
    errors: column(({ errors }, from) => errors / running(from)),
    response: latency(({ responseTime }) => responseTime),
    service: latency(({ serviceTime }) => serviceTime),
  }
}

/** A rate over less than this is chance. */
const shortest = 0.2

const distributionOf = (response: Histogram, service: Histogram) => {
  const bins = logBins([response, service], mostBins)
  const edges = [...bins.map(({ lowerUs }) => lowerUs), ...bins.slice(-1).map((bin) => bin.upperUs)]
  const shares = (n: number) => [
    ...bins.map((bin) => bin.shares[n] ?? 0),
    ...bins.slice(-1).map(() => 0),
  ]
  return { from: edges.map((us) => us / 1e6), response: shares(0), service: shares(1) }
}

const percentilesOf = (response: Histogram, service: Histogram) => {
  const decades = Math.log10(Math.max(1, response.count))
  const points = Math.ceil(decades * pointsPerDecade)
  const oneIn = Array.from({ length: points + 1 }, (_, n) =>
    Math.min(response.count, 10 ** (n / pointsPerDecade)),
  )
  const values = (histogram: Histogram): Column =>
    oneIn.map((x) => finite(histogram.quantile(1 - 1 / Math.max(1, x)) / 1e6))
  return response.count === 0
    ? { oneIn: [], response: [], service: [] }
    : { oneIn, response: values(response), service: values(service) }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null)
