import * as common from '@grafana/grafana-foundation-sdk/common'
import {
  NoUnit,
  PercentUnit,
  RequestsPerSecond,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units'
import { distributionBars } from './distribution-bars.ts'
import { distributionHeatmap } from './distribution-heatmap.ts'
import {
  bars,
  explanation,
  instantQuery,
  labDashboard,
  oneNumber,
  query,
  thresholds,
} from './house.ts'
import { percentilesOverTime } from './percentiles.ts'
import { latency } from './queries.ts'
import { jobs, routes } from './variables.ts'

/**
 * The limits, in seconds, of which the dashboard says what share was answered within. Each is a bound of
 * the linear layout, so that the share is exact and not interpolated; a test holds them to that.
 */
export const limits = [0.1, 0.5, 1, 1.5, 2]

const histogram = 'lab_request_duration_seconds'

/** The dashboard that newcomers see first: what latencies there were, as a histogram sees them. */
export function latencyDistribution() {
  return labDashboard(
    'latency-distribution',
    'Latency distribution',
    'How long the answers of the delayed routes took: over the time shown, and as it goes.',
  )
    .withVariable(jobs(histogram))
    .withVariable(routes(histogram, 'The routes that all panels are about.'))
    .withPanel(whatYouSee().height(3).span(24))

    .withPanel(count().height(4).span(6))
    .withPanel(rate().height(4).span(4))
    .withPanel(median().height(4).span(4))
    .withPanel(mean().height(4).span(4))
    .withPanel(p95().height(4).span(3))
    .withPanel(p99().height(4).span(3))

    .withPanel(distribution().height(10).span(16))
    .withPanel(shareWithin().height(10).span(8))

    .withPanel(quantilesOverTime().height(10).span(12))
    .withPanel(distributionOverTime().height(10).span(12))
}

const whatYouSee = () =>
  explanation(
    'The lab’s server delays each answer by a time that it draws itself – by default anything from 0 to 2 s, all equally likely – and here is what a histogram makes of that. Nothing to see yet? Run `make load`.',
  )

const count = () =>
  oneNumber(
    'Requests',
    'How many were answered. Since the server started it is what the counter says, to the last one. For the time shown Prometheus estimates it from samples 5 s apart, and extends it to both ends: soon after a start that can be some percent off.',
  )
    .unit(NoUnit)
    .decimals(0)
    .textMode(common.BigValueTextMode.ValueAndName)
    .withTarget(instantQuery(latency.countSinceStart(), 'since the start'))
    .withTarget(instantQuery(latency.count('$__range'), 'in the time shown'))

const rate = () =>
  oneNumber('Request rate', 'Answers a second, now, and how it went.')
    .unit(RequestsPerSecond)
    .min(0)
    .graphMode(common.BigValueGraphMode.Area)
    .withTarget(query(latency.rate('$__rate_interval'), 'requests'))

const median = () =>
  oneNumber(
    'Median',
    'Half of the answers in the time shown took less than this, half took more. Estimated from buckets.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(latency.quantile(0.5, '$__range'), 'median'))

const mean = () =>
  oneNumber(
    'Mean',
    'The time that all answers took together, divided by how many they were: exact, whatever the buckets. Far above the median? Then a few slow answers weigh as much as many fast ones.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(latency.mean('$__range'), 'mean'))

const p95 = () =>
  oneNumber(
    'p95',
    'The 95th percentile: one answer in 20 took longer than this in the time shown. Estimated from buckets.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(latency.quantile(0.95, '$__range'), 'p95'))

const p99 = () =>
  oneNumber(
    'p99',
    'The 99th percentile: one answer in 100 took longer than this in the time shown. Estimated from buckets: it can be no better than they are narrow.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(latency.quantile(0.99, '$__range'), 'p99'))

const distribution = () =>
  distributionBars(
    'Distribution',
    'How many answers took how long, in the time shown. The bar at 0.5 is those that took up to 0.5 s and longer than the bar before, at 0.4; +Inf is those longer than every bound. Up to 2.5 s the bars are 0.1 s wide, then wider: a taller bar there says less.',
    {
      expr: latency.countByBound('$__range'),
      color: distributionColor,
      counts: 'answers',
      labelSpacing: 28,
    },
  )

const shareWithin = () => {
  const panel = bars(
    'Answered within',
    'The share of answers in the time shown that took no longer than each limit. These limits are bounds of buckets, so nothing is guessed: that a histogram does only between bounds. With delays from 0 to 2 s, all equally likely, 1 s is half.',
  )
    .unit(PercentUnit)
    .decimals(1)
    .min(0)
    .max(1)
    .thresholds(thresholds([{ value: null, color: distributionColor }]))
  for (const seconds of limits) {
    panel.withTarget(instantQuery(latency.shareWithin(seconds, '$__range'), `${seconds} s`))
  }
  return panel
}

const quantilesOverTime = () =>
  percentilesOverTime(
    'Percentiles over time',
    'The time that 50, 90, 95 and 99 of 100 answers stay within, as it goes. Each point is about the last 20 s or more: with few requests the lines are restless, the upper ones most.',
    (q) => latency.quantile(q, '$__rate_interval'),
  )

const distributionOverTime = () =>
  distributionHeatmap(
    'Distribution over time',
    'The distribution as it goes: time to the right, how long answers took upwards, and the more answers in a cell the stronger its colour. A band is a group of similar answers; two bands are two kinds of work. Empty cells have no colour.',
    { expr: latency.countByBound('$__rate_interval'), unit: Seconds },
  )

const distributionColor = 'blue'
