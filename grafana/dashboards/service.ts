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
  explanation,
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  oneNumber,
  query,
} from './house.ts'
import { percentilesOverTime } from './percentiles.ts'
import { service } from './service-queries.ts'
import { serviceVariables } from './service-variables.ts'

/** Any service that has a latency histogram, whatever its metrics and labels are called. */
export function serviceDashboard() {
  const builder = labDashboard(
    'service',
    'Your service',
    'A service of your own, by any latency histogram that it has: rate, errors, duration and distribution.',
  )
  for (const variable of serviceVariables()) builder.withVariable(variable)
  return builder
    .withPanel(whatYouSee().height(3).span(24))

    .withPanel(rate().height(4).span(4))
    .withPanel(errorRatio().height(4).span(4))
    .withPanel(
      duration('Median', 'Half of the answers took less than this.', 0.5).height(4).span(4),
    )
    .withPanel(mean().height(4).span(4))
    .withPanel(duration('p95', 'One answer in 20 took longer than this.', 0.95).height(4).span(4))
    .withPanel(duration('p99', 'One answer in 100 took longer than this.', 0.99).height(4).span(4))

    .withPanel(percentiles().height(10).span(12))
    .withPanel(heatmap().height(10).span(12))

    .withPanel(distribution().height(9).span(12))
    .withPanel(rateByStatus().height(9).span(12))

    .withPanel(rateByRoute().height(9).span(8))
    .withPanel(p95ByRoute().height(9).span(8))
    .withPanel(meanByRoute().height(9).span(8))
}

const whatYouSee = () =>
  explanation(
    'The service chosen above, by one of its histograms. `make up TARGET=localhost:3001` has Prometheus scrape it; `make load ARGS=http://localhost:3001/` sends it load. Percentiles and means are in seconds where the histogram’s name ends in _seconds, _milliseconds, _ms or _microseconds, and taken for seconds where it doesn’t say.',
  )

const rate = () =>
  oneNumber('Request rate', 'Answers a second, now, and how it went.')
    .unit(RequestsPerSecond)
    .min(0)
    .graphMode(common.BigValueGraphMode.Area)
    .withTarget(query(service.rate(), 'requests'))

const errorRatio = () =>
  oneNumber(
    'Error share',
    'The share of answers in the time shown that were a 5xx. A dash: nobody asked, or the histogram has no label for the status.',
  )
    .unit(PercentUnit)
    .decimals(1)
    .min(0)
    .max(1)
    .withTarget(instantQuery(service.errorRatio(), 'errors'))

const duration = (name: string, meaning: string, q: number) =>
  oneNumber(name, `${meaning} Of the time shown; estimated from buckets.`)
    .unit(Seconds)
    .withTarget(instantQuery(service.quantile(q, '$__range'), name))

const mean = () =>
  oneNumber(
    'Mean',
    'What an answer took on average in the time shown: exact, whatever the buckets.',
  )
    .unit(Seconds)
    .withTarget(instantQuery(service.mean('$__range'), 'mean'))

const percentiles = () =>
  percentilesOverTime(
    'Percentiles over time',
    'The time that 50, 90, 95 and 99 of 100 answers stay within, as it goes. A line that stands still at a bound of a bucket says no more than that: the console, at port 8081, shows what other bounds would see.',
    (q) => service.quantile(q, '$__rate_interval'),
  )

const heatmap = () =>
  distributionHeatmap(
    'Distribution over time',
    'Time to the right, how long answers took upwards, in the histogram’s own unit, and the more answers in a cell the stronger its colour.',
    { expr: service.countByBound('$__rate_interval'), unit: NoUnit },
  )

const distribution = () =>
  distributionBars(
    'Distribution',
    'How many answers took how long, in the time shown, by the bounds of the histogram and in its own unit. All in one bar? Then its bounds don’t tell answers apart, and every percentile is a guess.',
    {
      expr: service.countByBound('$__range'),
      color: 'blue',
      counts: 'answers',
      labelSpacing: 28,
      boundsIn: 'of the histogram’s unit',
    },
  )

const rateByStatus = () =>
  linesOverTime('Rate by status', 'Answers a second for each status, on top of one another.')
    .unit(RequestsPerSecond)
    .fillOpacity(30)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
    .withTarget(query(service.rateBy('$status'), '{{$status}}'))
    .overrideByRegexp('/^2/', [fixedColor('green')])
    .overrideByRegexp('/^4/', [fixedColor('yellow')])
    .overrideByRegexp('/^5/', [fixedColor('red')])

const rateByRoute = () =>
  linesOverTime('Rate by route', 'Answers a second for each route.')
    .unit(RequestsPerSecond)
    .withTarget(query(service.rateBy('$label'), '{{$label}}'))

const p95ByRoute = () =>
  linesOverTime(
    '95th percentile by route',
    'The time that 95 of 100 answers stay within, by route.',
  )
    .unit(Seconds)
    .withTarget(query(service.quantileByRoute(0.95), '{{$label}}'))

const meanByRoute = () =>
  linesOverTime(
    'Mean by route',
    'What an answer took on average, by route: exact, whatever the buckets.',
  )
    .unit(Seconds)
    .withTarget(query(service.meanByRoute(), '{{$label}}'))
