import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  NoUnit,
  PercentUnit,
  RequestsPerSecond,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units'
import {
  bars,
  explanation,
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  oneNumber,
  query,
  thresholds,
} from './house.ts'
import { load } from './queries.ts'

/**
 * What the load generator says of itself. It is there only during a run, so the numbers are those of the
 * last run in the time shown, as it left them.
 */
export function loadGeneratorDashboard() {
  return labDashboard(
    'load-generator',
    'Load generator',
    'What was asked for and what was sent, how long answers took from the client’s side, and whether the generator kept up.',
  )
    .withPanel(whatYouSee().height(4).span(24))

    .withPanel(count().height(4).span(4))
    .withPanel(failedShare().height(4).span(4))
    .withPanel(responseMedian().height(4).span(4))
    .withPanel(responseP99().height(4).span(4))
    .withPanel(serviceP99().height(4).span(4))
    .withPanel(latenessP99().height(4).span(4))

    .withPanel(askedAndSent().height(9).span(12))
    .withPanel(responseAndService().height(9).span(12))

    .withPanel(outcomeRates().height(8).span(12))
    .withPanel(inFlight().height(8).span(12))

    .withPanel(latenessOverTime().height(8).span(12))
    .withPanel(outcomes().height(8).span(12))
}

const whatYouSee = () =>
  explanation(
    'The client’s side of a run of `make load`. *Response time* counts from the instant a request was **due**, *service time* from the instant it was **sent**: where they part, requests waited, and a tool that counts since sent would not have told you. The numbers at the top are of the last run in the time shown.',
  )

const count = () =>
  oneNumber(
    'Requests so far',
    'How many requests of the last run have ended, however: it grows during a run, and is then what the report says, to the last one.',
  )
    .unit(NoUnit)
    .decimals(0)
    .withTarget(instantQuery(load.countOfRun(), 'requests'))

const failedShare = () =>
  oneNumber(
    'Without a good answer',
    'The share of the last run’s requests that ended in anything but an answer below 400. A dash is no request.',
  )
    .unit(PercentUnit)
    .decimals(2)
    .min(0)
    .max(1)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 0.0001, color: 'orange' },
        { value: 0.01, color: 'red' },
      ]),
    )
    .withTarget(instantQuery(load.failedShareOfRun(), 'failed'))

const responseMedian = () =>
  oneNumber(
    'Response time p50',
    'Half of the last run’s answers were there within this time of when their request was due. Estimated from buckets that are 0.1 s wide; the report has it to 0.1 %.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(load.quantileOfRun(0.5, 'response_time'), 'p50'))

const responseP99 = () =>
  oneNumber(
    'Response time p99',
    'What 99 of 100 users of the last run waited at most, from when their request was due. Estimated from buckets that are 0.1 s wide.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(load.quantileOfRun(0.99, 'response_time'), 'p99'))

const serviceP99 = () =>
  oneNumber(
    'Service time p99',
    'The same, from when the request was sent: what a tool reports that waits for one answer before it sends the next. Much less than the response time? Then requests waited.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(load.quantileOfRun(0.99, 'service_time'), 'p99'))

const latenessP99 = () =>
  oneNumber(
    'Lateness p99',
    'How late the generator itself sent 99 of 100 requests of the last run, at most. Beyond 10 ms its numbers may be about itself and not about the server.',
  )
    .unit(Seconds)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 0.01, color: 'orange' },
        { value: 0.1, color: 'red' },
      ]),
    )
    .withTarget(instantQuery(load.quantileOfRun(0.99, 'lateness'), 'p99'))

const askedAndSent = () =>
  linesOverTime(
    'Asked and achieved rate',
    'Requests a second that were asked for, and that were sent. With Poisson arrivals the second line wavers around the first, as real users do; when it stays below, the generator can’t keep up, or is not allowed to. Each point is about the last 20 s or more, so a short run looks smoother and lower than it was.',
  )
    .unit(RequestsPerSecond)
    .withTarget(query(load.rateAsked(), 'asked'))
    .withTarget(query(load.rateSent(), 'sent'))
    .overrideByName('asked', [
      fixedColor('#808080'),
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 8] } },
    ])
    .overrideByName('sent', [fixedColor('blue')])

const responseAndService = () => {
  const panel = linesOverTime(
    'Response time against service time',
    'The time that half and 99 of 100 answers stayed within, since their request was due (response) and since it was sent (service). When the server stalls, requests wait, and only the response time shows how long.',
  ).unit(Seconds)
  for (const [q, time, name, color] of times) {
    panel
      .withTarget(query(load.quantile(q, time), name))
      .overrideByName(name, [
        fixedColor(color),
        ...(time === 'service_time'
          ? [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 8] } }]
          : []),
      ])
  }
  return panel
}

const times = [
  [0.5, 'response_time', 'response p50', 'light-blue'],
  [0.99, 'response_time', 'response p99', 'dark-blue'],
  [0.5, 'service_time', 'service p50', 'light-orange'],
  [0.99, 'service_time', 'service p99', 'dark-orange'],
] as const

/** Otherwise colours go by the order of names, and a healthy run is a red area. */
const outcomeColors = [
  ['ok', 'green'],
  ['http_error', 'red'],
  ['network_error', 'dark-red'],
  ['timeout', 'orange'],
  ['never_sent', 'purple'],
  ['cancelled', '#808080'],
] as const

const outcomeRates = () => {
  const panel = linesOverTime(
    'Outcomes by rate',
    'Requests a second by how they ended, on top of one another. A request that has not ended yet is in flight, and in none of these.',
  )
    .unit(RequestsPerSecond)
    .fillOpacity(30)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
    .withTarget(query(load.outcomeRates(), '{{outcome}}'))
  for (const [outcome, color] of outcomeColors) {
    panel.overrideByName(outcome, [fixedColor(color)])
  }
  return panel
}

const inFlight = () =>
  linesOverTime(
    'In flight',
    'Requests sent and not yet ended. On average it is rate × mean service time: 50 a second of 1 s each are 50 in flight. If it climbs while the rate stays, the server falls behind.',
  )
    .unit(NoUnit)
    .withTarget(query(load.inFlight(), 'in flight'))

const latenessOverTime = () =>
  linesOverTime(
    'Lateness of the generator',
    'How late 99 of 100 requests were sent, at most: the generator’s own fault, and part of every response time. A millisecond or two is what timers do; beyond 10 ms the run is not valid.',
  )
    .unit(Seconds)
    .withTarget(query(load.quantile(0.99, 'lateness'), 'p99'))

const outcomes = () =>
  bars(
    'What became of the requests',
    'The last run’s requests by how they ended. Together they are all that were planned and have ended: none goes missing.',
  )
    .unit(NoUnit)
    .decimals(0)
    .min(0)
    .thresholds(thresholds([{ value: null, color: 'blue' }]))
    .withTarget(instantQuery(load.outcomesOfRun(), '{{outcome}}'))
