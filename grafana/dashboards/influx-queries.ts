/**
 * The InfluxQL of the dashboard *InfluxDB*. Each point is of one interval of one server, so that sums and extremes over
 * many are exact, a mean has to be weighted, and quantiles can't be put together at all.
 */

/** Those that the load goes to; not scrapes and health checks. */
const routes = `("route" = '/' OR "route" = '/images')`

const shown = `WHERE $timeFilter AND ${routes}`

/** Fixed, so that a point is about the same time however much time is shown. */
const each30s = (tag?: string) => `GROUP BY time(30s)${tag ? `, "${tag}"` : ''} fill(none)`

export const pushed = {
  count: () => `SELECT sum("value") FROM "count_request" ${shown}`,
  countOver30s: (tag: 'route' | 'status') =>
    `SELECT sum("value") FROM "count_request" ${shown} ${each30s(tag)}`,

  /** In seconds, exact: each interval counts as often as it had answers. */
  mean: () => weighted(),
  meanOver30s: () => `${weighted()} ${each30s()}`,

  /** In seconds, and not the mean: an interval with one answer counts as much as one with a hundred. */
  meanOfMeans: () => `SELECT mean("mean") FROM "response_time" ${shown} ${each30s()}`,

  /** In seconds; exact. */
  shortest: () => `SELECT min("min") FROM "response_time" ${shown}`,
  longest: () => `SELECT max("max") FROM "response_time" ${shown}`,

  /** In seconds: of the p99s of the intervals, which is not the p99 of all of their requests. */
  highestP99: () => `SELECT max("p99") FROM "response_time" ${shown} ${each30s()}`,
  meanOfP99s: () => `SELECT mean("p99") FROM "response_time" ${shown} ${each30s()}`,
}

const weighted = () =>
  `SELECT sum("total") / sum("count") FROM (SELECT "mean" * "count" AS "total", "count" FROM "response_time" ${shown}) WHERE $timeFilter`
