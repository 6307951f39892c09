import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { PercentUnit, Seconds } from '@grafana/grafana-foundation-sdk/units'
import { distributionBars } from './distribution-bars.ts'
import {
  explanation,
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  oneNumber,
  query,
  signedLinesOverTime,
  thresholds,
} from './house.ts'
import { latency, load } from './queries.ts'
import { type LayoutName, truth } from './truth-queries.ts'

/** What was injected, against what three bucket layouts and the client make of it. */
export function truthDashboard() {
  const builder = labDashboard(
    'truth',
    'Truth',
    'The delays that the server really injected, and what three bucket layouts make of them: how far each estimate is off, and why.',
  )
    .withPanel(whatYouSee().height(5).span(24))

    .withPanel(behaviour().height(4).span(6))
    .withPanel(sinceChange().height(4).span(18))
  for (const layout of layoutNames) builder.withPanel(meanError(layout).height(4).span(8))

  builder.withRow(new dashboard.RowBuilder('Percentiles: one truth, three estimates'))
  for (const percentile of percentiles) {
    builder.withPanel(truthAndEstimates(percentile).height(9).span(6))
  }
  builder.withRow(new dashboard.RowBuilder('How far off'))
  for (const percentile of percentiles) builder.withPanel(errors(percentile).height(8).span(6))

  builder
    .withRow(new dashboard.RowBuilder('The same requests in four pictures'))
    .withPanel(injectedBars().height(9).span(12))
    .withPanel(layoutBars('linear').height(9).span(12))
    .withPanel(layoutBars('OpenTelemetry').height(9).span(12))
    .withPanel(layoutBars('exponential').height(9).span(12))

    .withRow(new dashboard.RowBuilder('Client and server'))
    .withPanel(clientAndServer(0.5, 'Median').height(9).span(8))
    .withPanel(clientAndServer(0.99, 'p99').height(9).span(8))
    .withPanel(means().height(9).span(8))
  return builder
}

const layoutNames: LayoutName[] = ['exponential', 'OpenTelemetry', 'linear']

const percentiles = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.95, 'p95'],
  [0.99, 'p99'],
] as const

type Percentile = (typeof percentiles)[number]

const colors = {
  injected: 'green',
  exponential: 'purple',
  OpenTelemetry: 'orange',
  linear: 'blue',
}

const whatYouSee = () =>
  explanation(
    'The server knows every delay that it injected, so it can tell the **exact** percentiles. A histogram knows only how many answers fell between two of its bounds, and guesses along a straight line in between. Here three histograms with different bounds guess about the same requests. Where many answers share a wide bucket, the guess is far off. Run `make load`, then try another behaviour: `curl -X PUT localhost:8081/api/behaviour -d \'{"name": "bimodal"}\'`; the mark on all panels says when it changed, and for a minute after it both behaviours are in all numbers.',
  )

const behaviour = () =>
  oneNumber('Behaviour', 'What the server does to requests now.')
    .textMode(common.BigValueTextMode.Name)
    .withTarget(instantQuery(truth.behaviour(), '{{behaviour}}'))

const sinceChange = () => {
  const panel = oneNumber(
    'Injected since the behaviour is in force',
    'The exact percentiles of all delays since the server started or the behaviour was changed: what `curl localhost:8081/api/truth` says, and `make verify` compares with. Below, truth and estimates are about the last minute instead.',
  )
    .unit(Seconds)
    .textMode(common.BigValueTextMode.ValueAndName)
  for (const [q, name] of percentiles) panel.withTarget(instantQuery(truth.sinceChange(q), name))
  return panel
}

const meanError = (layout: LayoutName) => {
  const panel = oneNumber(
    `Off by: ${layout}`,
    `How far off this layout is, on average over the time shown: + is too high, − too low. Each minute is compared with its own truth, and the mean is of what came out, so errors to both sides may cancel: look at the lines below, too. ${why[layout]}`,
  )
    .unit(PercentUnit)
    .decimals(1)
    .textMode(common.BigValueTextMode.ValueAndName)
    .thresholds(thresholds(errorColors))
  for (const [q, name] of percentiles) {
    panel.withTarget(instantQuery(truth.meanError(layout, q), name))
  }
  return panel
}

/** Green within 2 %, orange within 10 %, red beyond, to both sides. */
const errorColors = [
  { value: null, color: 'red' },
  { value: -0.1, color: 'orange' },
  { value: -0.02, color: 'green' },
  { value: 0.02, color: 'orange' },
  { value: 0.1, color: 'red' },
]

const why: Record<LayoutName, string> = {
  exponential:
    'Each bound is twice the one before, from 1 ms: right within a factor of two at any latency, and no better. Past 1.024 s the next bound is 2.048 s.',
  OpenTelemetry:
    'The bounds that the conventions advise. From 1 s the next one is 2.5 s: a p99 of 1.98 s lies somewhere between, and the straight line puts it near 2.47 s.',
  linear:
    'Bounds each 0.1 s, made for the lab’s 0 to 2 s: never off by more than 0.1 s below 2.5 s. For delays of 20 ms that is several times too much.',
}

const truthAndEstimates = ([q, name]: Percentile) => {
  const panel = linesOverTime(
    `${name} of the last minute`,
    `The thick line is exact: the ${name} of the delays that were injected into the requests of the last minute. The thin ones are what histogram_quantile makes of the same requests, cut at the same scrapes. They measure from a request’s arrival to the last byte of its answer, so they may be a millisecond or two above the truth without any fault of the buckets; waiting for a place, where CONCURRENCY is set, is in them and not in the truth. An estimate that hugs a round number hugs a bound.`,
  )
    .unit(Seconds)
    .withTarget(query(truth.quantile(q), 'injected'))
    .overrideByName('injected', [fixedColor(colors.injected), { id: 'custom.lineWidth', value: 5 }])
  for (const layout of layoutNames) {
    panel
      .withTarget(query(truth.estimate(layout, q), layout))
      .overrideByName(layout, [fixedColor(colors[layout])])
  }
  return panel
}

const errors = ([q, name]: Percentile) => {
  const panel = signedLinesOverTime(
    `Error of ${name}`,
    `How far each estimate of ${name} is from the truth: above zero it is too high. A layout whose bound happens to lie at the ${name} is right by luck, and wrong as soon as latencies move.`,
  )
    .unit(PercentUnit)
    .axisCenteredZero(true)
  for (const layout of layoutNames) {
    panel
      .withTarget(query(truth.error(layout, q), layout))
      .overrideByName(layout, [fixedColor(colors[layout])])
  }
  return panel
}

const injectedBars = () =>
  distributionBars(
    'Injected delays',
    'The true distribution in the time shown, in steps of 25 ms: the shape that the other three pictures are of. Counts are exact. Above 2.5 s the bars are wider, as with the linear layout.',
    {
      expr: truth.injectedByBound(),
      color: colors.injected,
      counts: 'requests',
      labelSpacing: 100,
    },
  )

/** As wide as the longest bound of the layout, so that labels never run into each other. */
const labelSpacing = { linear: 28, exponential: 42, OpenTelemetry: 36 }

const layoutBars = (layout: LayoutName) =>
  distributionBars(
    `In ${layout} buckets`,
    `The same requests, as many as fell into each bucket of this layout. A bar is as wide on the screen as any other, however much time its bucket spans: read the bounds below. ${why[layout]}`,
    {
      expr: truth.countByBound(layout),
      color: colors[layout],
      counts: 'requests',
      labelSpacing: labelSpacing[layout],
    },
  )

const clientAndServer = (q: number, name: string) =>
  linesOverTime(
    `${name}: client and server`,
    'What the client waited since the request was due (response) and since it was sent (service), and what the server measured from its arrival. All three are estimates from the same bounds, so they can be compared. Response above service: requests waited in the client, because it was late or not allowed to send. Service above server: the way between the two.',
  )
    .unit(Seconds)
    .withTarget(query(load.quantile(q, 'response_time'), 'client, response'))
    .withTarget(query(load.quantile(q, 'service_time'), 'client, service'))
    .withTarget(query(latency.quantileOfAll(q), 'server'))
    .overrideByName('client, response', [fixedColor('dark-blue')])
    .overrideByName('client, service', [fixedColor('light-blue'), dashed])
    .overrideByName('server', [fixedColor('orange')])

const means = () =>
  linesOverTime(
    'Mean: injected, server and client',
    'Means are exact: each is a sum divided by a count, and buckets have no part in it. The server is a millisecond or two above what it injected, the client a little above the server. Where they part, time is lost on the way. The client’s are about all that it asks for: with --target, also about routes without a delay.',
  )
    .unit(Seconds)
    .withTarget(query(truth.meanInjected(), 'injected'))
    .withTarget(query(truth.meanOfServer(), 'server'))
    .withTarget(query(truth.meanOfClient('service_time'), 'client, service'))
    .withTarget(query(truth.meanOfClient('response_time'), 'client, response'))
    .overrideByName('injected', [fixedColor(colors.injected)])
    .overrideByName('server', [fixedColor('orange')])
    .overrideByName('client, service', [fixedColor('light-blue'), dashed])
    .overrideByName('client, response', [fixedColor('dark-blue')])

const dashed = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 8] } }
