import * as common from '@grafana/grafana-foundation-sdk/common'
import { NoUnit, PercentUnit } from '@grafana/grafana-foundation-sdk/units'
import {
  explanation,
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  mapping,
  oneNumber,
  query,
  statesOverTime,
  thresholds,
} from './house.ts'
import {
  alerts,
  type BurnWindow,
  burnLimits,
  latencyLimitSeconds,
  type Slo,
  slos,
} from './slo-queries.ts'

/** What the lab promises its users, how far it keeps that, and which alerts there are about it. */
export function sloDashboard() {
  return labDashboard(
    'slo',
    'Objectives and alerts',
    'The two service level objectives of the routes / and /images: what they ask for, what was had, how fast the error budget is spent, and which alerts fire.',
  )
    .withPanel(whatYouSee().height(4).span(24))

    .withPanel(objectives().height(4).span(5))
    .withPanel(goodNow().height(4).span(5))
    .withPanel(goodShown().height(4).span(5))
    .withPanel(budgetLeft().height(4).span(5))
    .withPanel(firingNow().height(4).span(4))

    .withPanel(alertStates().height(7).span(24))

    .withPanel(burnRates('availability').height(9).span(12))
    .withPanel(burnRates('latency').height(9).span(12))

    .withPanel(badShare('availability').height(8).span(12))
    .withPanel(badShare('latency').height(8).span(12))
}

const whatYouSee = () =>
  explanation(
    `*Availability*: 99.9 % of the requests to / and /images get no 5xx. *Latency*: 99 % of the others end within ${latencyLimitSeconds} s. What may be bad is the **error budget**, and how many times too fast it is spent the **burn rate**. Ordinary load burns nothing: run \`make incident\` beside \`make load\`, and \`make recover\` when you have seen enough.`,
  )

const objectives = () =>
  oneNumber(
    'Objectives',
    `The share of requests that must be good: answered without a 5xx (availability), ended within ${latencyLimitSeconds} s (latency).`,
  )
    .unit(PercentUnit)
    .decimals(1)
    .textMode(common.BigValueTextMode.ValueAndName)
    .withTarget(instantQuery(slos.objective(), '{{slo}}'))

const goodNow = () =>
  oneNumber(
    'Good in the last minute',
    'The share of the last minute’s requests that were good. A dash is no request: without any, nothing is missed.',
  )
    .unit(PercentUnit)
    .decimals(2)
    .textMode(common.BigValueTextMode.ValueAndName)
    .withTarget(instantQuery(slos.goodShareNow(), '{{slo}}'))

const goodShown = () =>
  oneNumber(
    'Good in the time shown',
    'The share of the requests in the time shown that were good: compare it with the objectives. Both are counted and not guessed, because the limit is a bound of the histogram.',
  )
    .unit(PercentUnit)
    .decimals(2)
    .textMode(common.BigValueTextMode.ValueAndName)
    .withTarget(instantQuery(slos.goodShareShown.availability(), 'availability'))
    .withTarget(instantQuery(slos.goodShareShown.latency(), 'latency'))

const budgetLeft = () =>
  oneNumber(
    'Error budget left',
    'Of what may be bad among the requests of the last 12 h, how much has not been: 100 % is all of it, and below 0 % the objective was missed. In a lab that has seen a few minutes of load, a minute of incident overspends it many times.',
  )
    .unit(PercentUnit)
    .decimals(0)
    .textMode(common.BigValueTextMode.ValueAndName)
    .thresholds(
      thresholds([
        { value: null, color: 'red' },
        { value: 0, color: 'orange' },
        { value: 0.25, color: 'green' },
      ]),
    )
    .withTarget(instantQuery(slos.budgetLeft(), '{{slo}}'))

const firingNow = () =>
  oneNumber('Alerts firing', 'How many alerts fire now, of all that Prometheus knows.')
    .unit(NoUnit)
    .decimals(0)
    .thresholds(
      thresholds([
        { value: null, color: 'green' },
        { value: 1, color: 'red' },
      ]),
    )
    .withTarget(instantQuery(alerts.firing(), 'firing'))

const alertStates = () =>
  statesOverTime(
    'Alerts',
    'Which alerts there were when, as Prometheus’ own series ALERTS says. Pending: true, but not yet for long enough. What each means and what to do is in docs/alerts.md.',
  )
    .mappings([
      mapping({
        0: { text: 'all is well', color: 'green' },
        1: { text: 'pending', color: 'orange' },
        2: { text: 'firing', color: 'red' },
      }),
    ])
    .withTarget(query(alerts.states(), '{{alertname}} {{slo}} {{severity}} {{job}}'))

const burnRates = (slo: Slo) => {
  const panel = linesOverTime(
    `Burn rate: ${slo}`,
    `How many times too fast the ${slo} budget is spent, by window: at 1 it would just last. The lines across are where alerts begin: 14.4 in 1m and 20s, or 6 in 6m and 30s, is a page; 1 in 72m and 6m is a ticket. Below 1 the scale is even, above it each step is ten times the one before.`,
  )
    .unit(NoUnit)
    // The highest that a burn rate can be: all bad. Grafana ignores soft limits on this scale, and the lines where
    // alerts begin would come and go with the data.
    .max(slo === 'availability' ? 1000 : 100)
    .scaleDistribution(
      new common.ScaleDistributionConfigBuilder()
        .type(common.ScaleDistribution.Symlog)
        .log(10)
        .linearThreshold(1),
    )
    .thresholds(
      thresholds([
        { value: null, color: 'transparent' },
        { value: burnLimits.ticket, color: 'yellow' },
        { value: burnLimits.slowPage, color: 'orange' },
        { value: burnLimits.fastPage, color: 'red' },
      ]),
    )
    .thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    )
  for (const [window, color] of windowColors) {
    panel
      .withTarget(query(slos.burnRate(slo, window), window))
      .overrideByName(window, [fixedColor(color)])
  }
  return panel
}

/** The short window of a pair is the light one. */
const windowColors = [
  ['20s', 'light-red'],
  ['1m', 'dark-red'],
  ['30s', 'light-orange'],
  ['6m', 'dark-orange'],
  ['72m', 'blue'],
] as const satisfies (readonly [BurnWindow, string])[]

const badShare = (slo: Slo) =>
  linesOverTime(
    slo === 'availability' ? 'Answered with a 5xx' : `Slower than ${latencyLimitSeconds} s`,
    `The share of the last minute’s requests that were bad by the ${slo} objective, and the share that may be. It is the burn rate of 1m before it is divided by what may be.`,
  )
    .unit(PercentUnit)
    .axisSoftMax(slo === 'availability' ? 0.005 : 0.05)
    .withTarget(query(slos.badShare(slo), '{{job}}'))
    .withTarget(query(slos.allowed(slo), 'allowed'))
    .overrideByName('httpserver', [fixedColor('red')])
    .overrideByName('allowed', [
      fixedColor('#808080'),
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 8] } },
    ])
