/**
 * The metrics that the dashboards rely on, without the suffixes of a histogram's series. A query about any
 * other name is a mistake that the lint finds; that all of these exist is tested against the real programs.
 */
export const metrics = {
  histograms: [
    'httpserver_execution_latency_seconds',
    'lab_delay_seconds',
    'nodejs_gc_duration_seconds',
    'http_server_request_duration_seconds',
    'lab_request_duration_seconds',
    'loadgen_response_time_seconds',
    'loadgen_service_time_seconds',
    'loadgen_lateness_seconds',
  ],
  summaries: ['nodejs_eventloop_utilization_summary'],
  counters: [
    'loadgen_requests_total',
    'process_cpu_system_seconds_total',
    'process_cpu_user_seconds_total',
  ],
  gauges: [
    'http_server_active_requests',
    'lab_behaviour_change_timestamp_seconds',
    'lab_behaviour_info',
    'lab_delay_quantile_seconds',
    'lab_heap_limit_bytes',
    'lab_recent_delay_quantile_seconds',
    'loadgen_in_flight',
    'loadgen_rate_target',
    'nodejs_active_resources',
    'nodejs_eventloop_lag_max_seconds',
    'nodejs_eventloop_lag_p50_seconds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_external_memory_bytes',
    'nodejs_heap_size_total_bytes',
    'nodejs_heap_size_used_bytes',
    'process_open_fds',
    'process_resident_memory_bytes',
    'process_start_time_seconds',
    'system_cpu_utilization_ratio',
    'system_memory_utilization_ratio',
    'system_processes',
  ],
  /** What discovery says about its list, and etcd about itself: with the profile discovery. */
  discovery: [
    'discovery_etcd_up',
    'discovery_invalid_values_total',
    'discovery_kept_targets',
    'discovery_lease_remaining_seconds',
    'discovery_list_timestamp_seconds',
    'discovery_targets',
    'discovery_watches_total',
    'discovery_writes_total',
  ],
  etcd: ['etcd_mvcc_db_total_size_in_bytes', 'etcd_server_has_leader', 'grpc_server_handled_total'],
  /** What Prometheus records about each scrape. https://prometheus.io/docs/concepts/jobs_instances/ */
  scrapes: ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'],
  /** What Prometheus records by the rules of prometheus/rules/slo.yaml. */
  recorded: [
    'slo:objective:ratio',
    'job_slo:slo_errors_per_request:ratio_rate1m',
    'job_slo:error_budget:remaining_ratio12h',
    ...['20s', '30s', '1m', '6m', '72m'].map((window) => `job_slo:error_budget:burn_rate${window}`),
  ],
  /** What Prometheus records about its alerts. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/ */
  alerts: ['ALERTS'],
  /** What Prometheus says about itself. */
  prometheus: [
    'prometheus_rule_group_interval_seconds',
    'prometheus_rule_group_last_duration_seconds',
    'prometheus_tsdb_head_chunks',
    'prometheus_tsdb_head_samples_appended_total',
    'prometheus_tsdb_head_series',
  ],
}

/** What the exact quantiles of the last minute are about: a rate beside them must have this window. */
export const recent = { window: '1m', beside: 'lab_recent_delay_quantile_seconds' }

/** How often Prometheus scrapes, as prometheus.yml says: nothing is newer than that. */
export const scrapeIntervalSeconds = 5

/** Every series name that a query may use. */
export function seriesNames(): string[] {
  const ofHistogram = (name: string) => [`${name}_bucket`, `${name}_sum`, `${name}_count`]
  return [
    ...metrics.histograms.flatMap(ofHistogram),
    ...metrics.summaries.flatMap((name) => [name, `${name}_sum`, `${name}_count`]),
    ...metrics.counters,
    ...metrics.gauges,
    ...metrics.discovery,
    ...metrics.etcd,
    ...metrics.scrapes,
    ...metrics.recorded,
    ...metrics.alerts,
    ...metrics.prometheus,
  ]
}
