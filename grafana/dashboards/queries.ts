/**
 * The PromQL of the dashboards about requests. Windows are Grafana's: `$__rate_interval` for what changes over time,
 * `$__range` for one number about all that is shown. `$job` and `$route` are the variables on the dashboard.
 */

type Window = '$__rate_interval' | '$__range'

const chosenJobs = 'job=~"$job"'
const chosenRoutes = `${chosenJobs}, http_route=~"$route"`

/** Requests to the delayed routes, in the buckets that fit them. */
export const latency = {
  /** How many took up to `le`, cumulative: Grafana takes the differences where the format is heatmap. */
  countByBound: (window: Window) =>
    `sum by (le) (increase(lab_request_duration_seconds_bucket{${chosenRoutes}}[${window}]))`,

  /** In seconds; q from 0 to 1. Linear within a bucket, so no better than the buckets are narrow. */
  quantile: (q: number, window: Window) =>
    present(
      `histogram_quantile(${q}, sum by (le) (rate(lab_request_duration_seconds_bucket{${chosenRoutes}}[${window}])))`,
    ),

  /** The same of all routes, whatever is chosen: of everything that a client may have asked for. */
  quantileOfAll: (q: number) =>
    present(
      `histogram_quantile(${q}, sum by (le) (rate(lab_request_duration_seconds_bucket[$__rate_interval])))`,
    ),

  /** In seconds; exact, whatever the buckets. */
  mean: (window: Window) =>
    `sum(rate(lab_request_duration_seconds_sum{${chosenRoutes}}[${window}]))
/
(sum(rate(lab_request_duration_seconds_count{${chosenRoutes}}[${window}])) > 0)`,

  /** Share, from 0 to 1, that took `seconds` or less: exact, if that is the bound of a bucket. */
  shareWithin: (seconds: number, window: Window) =>
    `sum(rate(lab_request_duration_seconds_bucket{${chosenRoutes}, le=~"${bound(seconds)}"}[${window}]))
/
(sum(rate(lab_request_duration_seconds_count{${chosenRoutes}}[${window}])) > 0)`,

  /** Exact, and of all that is scraped. It begins again with each start of the server. */
  countSinceStart: () => `sum(lab_request_duration_seconds_count{${chosenRoutes}})`,

  /** Estimated: it is extrapolated to the ends of the window, and need not be a whole number. */
  count: (window: Window) =>
    `sum(increase(lab_request_duration_seconds_count{${chosenRoutes}}[${window}]))`,

  rate: (window: Window) =>
    `sum(rate(lab_request_duration_seconds_count{${chosenRoutes}}[${window}]))`,
}

/** All requests to the chosen services and routes, scrapes and health checks too. */
export const requests = {
  rate: () => rateOf('count'),
  rateBy: (label: 'http_route' | 'http_response_status_code') => rateOf('count', label),

  /** 5xx a second; 0 where there is none, so that healthy looks different from unknown. */
  errorRateByRoute: () =>
    `${rateOf('count', 'http_route', serverErrors)}
or
0 * ${rateOf('count', 'http_route')}`,

  /** Share of 5xx, from 0 to 1; 0 where there is none, absent where nobody asks. */
  errorRatio: () =>
    `(${rateOf('count', undefined, serverErrors)} or 0 * ${rateOf('count')})
/
(${rateOf('count')} > 0)`,
  errorRatioByRoute: () =>
    `(${rateOf('count', 'http_route', serverErrors)} or 0 * ${rateOf('count', 'http_route')})
/
(${rateOf('count', 'http_route')} > 0)`,

  /** In seconds; q from 0 to 1. */
  quantileByRoute: (q: number) =>
    present(
      `histogram_quantile(${q}, sum by (http_route, le) (rate(http_server_request_duration_seconds_bucket{${chosenRoutes}}[$__rate_interval])))`,
    ),

  /** In seconds. */
  meanBy: (label: 'http_route' | 'http_response_status_code') =>
    `${rateOf('sum', label)}
/
(${rateOf('count', label)} > 0)`,

  /** Of the chosen services. */
  inFlight: () => `sum(http_server_active_requests{${chosenJobs}})`,
  /** Of all that is scraped. */
  inFlightOfAll: () => 'sum(http_server_active_requests)',
}

/**
 * The load generator's own. It is there during a run only, and each run is a process of its own, whose
 * counters begin at zero: so the last value of a counter in the time shown is the count of the last run,
 * exactly, and stays to be seen when the generator has gone.
 */
export const load = {
  countOfRun: () => `sum(${last('loadgen_requests_total')})`,
  outcomesOfRun: () => `sum by (outcome) (${last('loadgen_requests_total')})`,

  /** Share of what has ended that had no good answer, from 0 to 1; absent where nothing has ended. */
  failedShareOfRun: () =>
    `sum(${last('loadgen_requests_total', '{outcome!="ok"}')})
/
(sum(${last('loadgen_requests_total')}) > 0)`,

  /** In seconds; q from 0 to 1. */
  quantileOfRun: (q: number, time: LoadTime) =>
    present(`histogram_quantile(${q}, sum by (le) (${last(`loadgen_${time}_seconds_bucket`)}))`),

  /** In seconds; q from 0 to 1. */
  quantile: (q: number, time: LoadTime) =>
    present(
      `histogram_quantile(${q}, sum by (le) (rate(loadgen_${time}_seconds_bucket[$__rate_interval])))`,
    ),

  /** The last that was said, for as long as the rates beside it look back; shards add up to the whole. */
  rateAsked: () => 'sum(last_over_time(loadgen_rate_target[$__rate_interval]))',
  /** A request's lateness is known when it is sent. */
  rateSent: () => 'sum(rate(loadgen_lateness_seconds_count[$__rate_interval]))',
  outcomeRates: () => 'sum by (outcome) (rate(loadgen_requests_total[$__rate_interval]))',
  inFlight: () => 'sum(last_over_time(loadgen_in_flight[$__rate_interval]))',
}

type LoadTime = 'response_time' | 'service_time' | 'lateness'

const last = (name: string, selector = '') => `last_over_time(${name}${selector}[$__range])`

/** What Prometheus says about its own scrapes. */
export const scrapes = {
  up: () => 'max by (job, instance) (up)',
  /** 1 if all of the chosen services answered their last scrape: those who ask them are none. */
  servicesUp: () => `min(up{${chosenJobs}, job!~"loadgen|prometheus"})`,
  seconds: () => 'max by (job, instance) (scrape_duration_seconds)',
}

const serverErrors = ', http_response_status_code=~"5.."'

const rateOf = (part: 'count' | 'sum', label?: string, selector = '') =>
  `sum${label ? ` by (${label})` : ''} (rate(http_server_request_duration_seconds_${part}{${chosenRoutes}${selector}}[$__rate_interval]))`

/** Leaves NaN out, which is what histogram_quantile says of no traffic: NaN >= 0 is false. */
export function present(expr: string): string {
  return `${expr} >= 0`
}

/** A regular expression for a bound: Prometheus 3 writes the whole number 1 as 1.0, Prometheus 2 as 1. */
const bound = (seconds: number) =>
  Number.isInteger(seconds) ? `${seconds}([.]0)?` : `${seconds}`.replace('.', '[.]')
