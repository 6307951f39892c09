/**
 * The metrics that the dashboards rely on, without the suffixes of a histogram's series. A query about any
 * other name is a mistake that the lint finds; that all of these exist is tested against the real programs.
 */
export const metrics = {
  histograms: [
    'http_server_request_duration_seconds',
    'lab_request_duration_seconds',
    'loadgen_response_time_seconds',
    'loadgen_service_time_seconds',
    'loadgen_lateness_seconds',
  ],
  counters: ['loadgen_requests_total'],
  gauges: ['http_server_active_requests', 'loadgen_rate_target', 'loadgen_in_flight'],
  /** What Prometheus records about each scrape. https://prometheus.io/docs/concepts/jobs_instances/ */
  scrapes: ['up', 'scrape_duration_seconds'],
  /** What Prometheus records by the rules of prometheus/rules/slo.yaml. */
  recorded: [
    'slo:objective:ratio',
    'job_slo:slo_errors_per_request:ratio_rate1m',
    'job_slo:error_budget:remaining_ratio12h',
    ...['20s', '30s', '1m', '6m', '72m'].map((window) => `job_slo:error_budget:burn_rate${window}`),
  ],
  /** What Prometheus records about its alerts. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
  alerts: ['ALERTS'],
}

/** How often Prometheus scrapes, as prometheus.yml says: nothing is newer than that. */
export const scrapeIntervalSeconds = 5

/** Every series name that a query may use. */
export function seriesNames(): string[] {
  const ofHistogram = (name: string) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]
  return [
    ...metrics.histograms.flatMap(ofHistogram),
    ...metrics.counters,
    ...metrics.gauges,
    ...metrics.scrapes,
    ...metrics.recorded,
    ...metrics.alerts,
  ]
}
