import { recent } from './metrics.ts'
import { present } from './queries.ts'

/** The PromQL that holds what was injected against what three bucket layouts make of it. */

/** The buckets of the histograms that measure the served requests, each in a layout of its own. */
export const layouts = {
  exponential: 'httpserver_execution_latency_seconds_bucket{step="total"}',
  // What was aborted or turned away had no delay.
  OpenTelemetry:
    'http_server_request_duration_seconds_bucket{http_route=~"/|/images", http_response_status_code!~"499|503"}',
  linear: 'lab_request_duration_seconds_bucket',
}

export type LayoutName = keyof typeof layouts

export const truth = {
  /** Of a server that ended together with Prometheus the last sample stays to be seen for five minutes. */
  behaviour: () =>
    'lab_behaviour_info and topk by (job, instance) (1, timestamp(lab_behaviour_info))',

  /** Exact, in seconds, since the behaviour is in force; q is one that the server tells. */
  sinceChange: (q: number) => `max(lab_delay_quantile_seconds{quantile="${q}"})`,

  /** Exact, in seconds, about the last minute; q is 0.5, 0.9, 0.95 or 0.99. */
  quantile: (q: number) => `max(${recent.beside}{quantile="${q}"})`,

  /** The estimate of a layout for the same requests, in seconds. */
  estimate: (layout: LayoutName, q: number) => present(estimate(layout, q)),

  /** How far the estimate is from the truth, as a share of the truth: -0.1 is 10 % too low. */
  error,

  /** The mean of that error over all that is shown. */
  meanError: (layout: LayoutName, q: number) => `avg_over_time((${error(layout, q)})[$__range:])`,

  /** How many took up to `le`, cumulative, as a layout has it. */
  countByBound: (layout: LayoutName) => countIn(layouts[layout]),
  /** The same of the delays that were injected, in steps of 25 ms. */
  injectedByBound: () => countIn('lab_delay_seconds_bucket'),

  /** In seconds; exact. */
  meanInjected: () => meanOf('lab_delay_seconds'),
  meanOfServer: () => meanOf('lab_request_duration_seconds'),
  meanOfClient: (time: 'response_time' | 'service_time') => meanOf(`loadgen_${time}_seconds`),
}

const countIn = (buckets: string) => `sum by (le) (increase(${buckets}[$__range]))`

const estimate = (layout: LayoutName, q: number) =>
  `histogram_quantile(${q}, sum by (le) (rate(${layouts[layout]}[${recent.window}])))`

function error(layout: LayoutName, q: number) {
  return `${estimate(layout, q)}
/
(max(${recent.beside}{quantile="${q}"}) > 0)
- 1`
}

const meanOf = (histogram: string) =>
  `sum(rate(${histogram}_sum[$__rate_interval]))
/
(sum(rate(${histogram}_count[$__rate_interval])) > 0)`
