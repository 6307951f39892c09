import type * as cog from '@grafana/grafana-foundation-sdk/cog'
import { NoUnit, Seconds } from '@grafana/grafana-foundation-sdk/units'
import { explanation, labDashboard, linesOverTime, oneNumber } from './house.ts'
import { influxDatasource } from './influx-metrics.ts'
import { pushed } from './influx-queries.ts'

/** What the server pushes to InfluxDB, where that is on; nothing else is needed for it. */
export function influxDashboard() {
  return labDashboard(
    'influxdb',
    'InfluxDB',
    'Requests and their times as the server pushes them to InfluxDB, summed up each second: what can be put together again, and what can’t.',
  )
    .withPanel(whatYouSee().height(5).span(24))

    .withPanel(requests().height(4).span(6))
    .withPanel(mean().height(4).span(6))
    .withPanel(shortest().height(4).span(6))
    .withPanel(longest().height(4).span(6))

    .withPanel(meanOver30s().height(9).span(12))
    .withPanel(p99s().height(9).span(12))
    .withPanel(byRoute().height(8).span(12))
    .withPanel(byStatus().height(8).span(12))
}

const whatYouSee = () =>
  explanation(
    'InfluxDB is optional. **Panels with an error or without data mean that it is off**: `COMPOSE_PROFILES=influx make up` starts it and has the server push to it.\n\nPrometheus fetches buckets, from which any quantile of any time can be estimated. Here the server pushes what it has already summed up: sums, means and extremes of many intervals are exact, **quantiles of many intervals can’t be put together**. Points are of 30 s each, at the beginning of those 30 s; the first and the last may be of less.',
    'What this dashboard is about, and why it may be empty.',
  )

const requests = () =>
  oneNumber(
    'Requests',
    'Requests to / and /images that ended in the time shown; exact, unless some were dropped while the database was away.',
  )
    .unit(NoUnit)
    .decimals(0)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.count(), 'requests'))

const mean = () =>
  oneNumber(
    'Mean',
    'Mean response time of all answers in the time shown; exact: the mean of each interval counts as often as it had answers.',
  )
    .unit(Seconds)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.mean(), 'mean'))

const shortest = () =>
  oneNumber('Shortest', 'The shortest response time in the time shown; exact.')
    .unit(Seconds)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.shortest(), 'shortest'))

const longest = () =>
  oneNumber(
    'Longest',
    'The longest response time in the time shown; exact. No histogram can say it.',
  )
    .unit(Seconds)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.longest(), 'longest'))

const meanOver30s = () =>
  linesOverTime(
    'Mean over 30 s',
    'The mean of all answers, and beside it the mean of the intervals’ means, which is easily written instead: there an interval with one answer counts as much as one with a hundred, and so does a route.',
  )
    .unit(Seconds)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.meanOver30s(), 'mean'))
    .withTarget(influxQuery(pushed.meanOfMeans(), 'mean of the means'))

const p99s = () =>
  linesOverTime(
    'p99 of the intervals',
    'The highest and the mean of the p99s that were pushed in 30 s. Neither is the p99 of these 30 s: that would need the requests themselves, or a histogram. The dashboard Latency distribution has it.',
  )
    .unit(Seconds)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.highestP99(), 'highest p99'))
    .withTarget(influxQuery(pushed.meanOfP99s(), 'mean of the p99s'))

const byRoute = () =>
  linesOverTime('Requests by route', 'Requests that ended in each 30 s.')
    .unit(NoUnit)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.countOver30s('route'), '$tag_route'))

const byStatus = () =>
  linesOverTime(
    'Requests by status',
    'Requests that ended in each 30 s; 499: the client went away first.',
  )
    .unit(NoUnit)
    .datasource(influxDatasource)
    .withTarget(influxQuery(pushed.countOver30s('status'), '$tag_status'))

/** A query in InfluxQL, which the SDK has no builder for. `$tag_x` in the alias stands for the value of a tag. */
function influxQuery(query: string, alias: string): cog.Builder<cog.Dataquery> {
  const target = {
    datasource: influxDatasource,
    query,
    rawQuery: true,
    resultFormat: 'time_series',
    alias,
    _implementsDataqueryVariant() {},
  }
  return { build: () => target }
}
