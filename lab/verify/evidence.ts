import type { Chosen, Control, Distribution, Truth } from '../control.ts'
import type { Prometheus } from '../prometheus.ts'
import { type Expected, expectedIntervals, shareIntervals } from './expected.ts'
import { type Gained, type Layout, layouts, readGained } from './gained.ts'
import { levels, type Statistics, statisticNames } from './statistics.ts'

/** What the load generator is asked for. */
export type Load = { requests: number; rate: number; seed: number }

/** What the lab reads of the load generator's result; times in seconds. */
export type ClientResult = {
  planned: number
  ok: number
  httpErrors: number
  statusCodes: Record<string, number>
  durationSeconds: number
  serviceTime: Statistics
  responseTime: Statistics
  /** Why the generator itself was the bottleneck, if it was. */
  reasons?: string[]
}

/** A layout, what Prometheus has of it, and what it should have. */
export type LayoutEvidence = Layout &
  Gained & {
    /** The upper bounds that the server says the layout has, in seconds. */
    bounds: number[]
    /** At each of them, how many requests took up to it: between these two. */
    within: { seconds: number; atLeast: number; atMost: number }[]
  }

/** All that every layer says of the same requests. */
export type Evidence = Load & {
  behaviour: Chosen
  /** Null where the behaviour has no closed form. */
  analytic: Statistics | null
  /** Where the injected ones must be, for so many requests; null where there is no closed form. */
  expected: Expected | null
  injected: Statistics
  longestSeconds: number
  handler: Statistics
  /** How much longer than their delays the three worst requests took, in seconds, falling. */
  worstExcessesSeconds: number[]
  client: ClientResult
  layouts: LayoutEvidence[]
  /** How many requests each layer has counted; null for one that counts nothing. */
  counts: { layer: string; count: number | null }[]
}

export type EvidenceSource = {
  control: Control
  prometheus: Prometheus
  client: ClientResult
  load: Load
  /** The moment that the run began after, in Unix seconds by Prometheus' clock. */
  since: number
}

/** Asks every layer for what it has of a run that has ended. */
export async function collectEvidence(source: EvidenceSource): Promise<Evidence> {
  const { control, prometheus, client, load, since } = source
  const first = await control.truth()
  const lengthSeconds = Math.min(client.durationSeconds, load.requests / load.rate)
  const shares = shareIntervals(first, lengthSeconds)
  const more = Object.values(shares).flatMap(({ low, high }) => [low, high])
  const truth = await control.truth([...new Set([...more, 0, 1])])
  const all: LayoutEvidence[] = []
  for (const layout of layouts) {
    const gained = await readGained(prometheus, layout, since)
    all.push({ ...layout, ...gained, ...exactly(truth, layout.metric) })
  }
  const { handler, accessLogLines, analytic } = truth
  return {
    ...load,
    behaviour: { name: truth.name, parameters: truth.parameters },
    analytic: analytic && statisticsOf(analytic),
    expected: expectedIntervals(truth, shares, lengthSeconds),
    injected: statisticsOf(truth),
    longestSeconds: truth.quantileSeconds['1'] ?? 0,
    handler: statisticsOf(handler),
    worstExcessesSeconds: handler.worstExcessesSeconds,
    client,
    layouts: all,
    counts: [
      { layer: 'client: ok and HTTP errors', count: client.ok + client.httpErrors },
      { layer: 'truth: delays injected', count: truth.count },
      { layer: 'handler: durations measured', count: handler.count },
      { layer: 'access log: lines written', count: accessLogLines },
      ...all.map(({ metric, count }) => ({ layer: `${metric}_count`, count })),
    ],
  }
}

/** The handler's durations are a little longer than the delays, so the truth is between the two. */
const exactly = (truth: Truth, metric: string) => {
  const bounds = truth.layouts[metric]?.bounds ?? []
  const handled = new Map(truth.handler.within.map(({ seconds, count }) => [seconds, count]))
  const within = bounds.map((seconds) => ({
    seconds,
    atLeast: handled.get(seconds) ?? 0,
    atMost: truth.delays
      .filter((delay) => delay.seconds <= seconds)
      .reduce((sum, { count }) => sum + count, 0),
  }))
  return { bounds, within }
}

const statisticsOf = ({ meanSeconds, quantileSeconds }: Omit<Distribution, 'count'>): Statistics =>
  Object.fromEntries(
    statisticNames.map((name) => [
      name,
      name === 'mean' ? meanSeconds : (quantileSeconds[levels[name]] ?? null),
    ]),
  ) as Statistics
