/** A query with one mistake in it. */
export type Mutant = { name: string; expr: string }

/**
 * The mistakes that are easily made in a panel's query, each on its own: one mutant for each place where one
 * can be made.
 *
 * @param expr as it stands in the dashboard, with Grafana's variables
 */
export function mutantsOf(expr: string): Mutant[] {
  const all = kinds.flatMap(({ pattern, mistake, name = becomes }) =>
    [...expr.matchAll(pattern)].map(({ 0: text, index }) => {
      const wrong = mistake(text)
      const after = index + text.length
      return { name: name(text, wrong), expr: expr.slice(0, index) + wrong + expr.slice(after) }
    }),
  )
  // Two mutants may be the same query, and one of a name is enough where a mistake repeats itself.
  const names = new Map<string, Mutant>()
  for (const mutant of all) {
    const numbered = names.has(mutant.name) ? `${mutant.name} (again)` : mutant.name
    if (mutant.expr !== expr && !names.has(numbered)) {
      names.set(numbered, { name: numbered, expr: mutant.expr })
    }
  }
  return [...names.values()]
}

type Kind = {
  pattern: RegExp
  /** What is written in the place of what was found. */
  mistake: (text: string) => string
  name?: (text: string, wrong: string) => string
}

const becomes = (text: string, wrong: string) => `${text} → ${wrong}`

/** Quantiles that are taken for one another. */
const otherQuantile: Record<string, string> = {
  '0.5': '0.9',
  '0.9': '0.5',
  '0.95': '0.99',
  '0.99': '0.95',
}

/** Series that are taken for one another: the same in other buckets, or beside it in the exposition. */
const siblings: Record<string, string> = {
  lab_request_duration_seconds: 'lab_delay_seconds',
  lab_delay_seconds: 'lab_request_duration_seconds',
  http_server_request_duration_seconds: 'lab_request_duration_seconds',
  httpserver_execution_latency_seconds: 'lab_request_duration_seconds',
  lab_recent_delay_quantile_seconds: 'loadgen_rate_target',
  lab_delay_quantile_seconds: 'loadgen_rate_target',
  lab_behaviour_info: 'lab_behaviour_change_timestamp_seconds',
  http_server_active_requests: 'system_processes',
  loadgen_response_time_seconds: 'loadgen_service_time_seconds',
  loadgen_service_time_seconds: 'loadgen_response_time_seconds',
  loadgen_lateness_seconds: 'loadgen_service_time_seconds',
  loadgen_requests_total: 'loadgen_service_time_seconds_count',
  loadgen_rate_target: 'loadgen_in_flight',
  loadgen_in_flight: 'loadgen_rate_target',
  up: 'scrape_duration_seconds',
  scrape_duration_seconds: 'up',
  scrape_samples_scraped: 'scrape_series_added',
  nodejs_eventloop_lag_max_seconds: 'nodejs_eventloop_lag_p99_seconds',
  nodejs_eventloop_lag_p99_seconds: 'nodejs_eventloop_lag_max_seconds',
  nodejs_eventloop_lag_p50_seconds: 'nodejs_eventloop_lag_p99_seconds',
  nodejs_eventloop_utilization_summary: 'nodejs_gc_duration_seconds',
  nodejs_gc_duration_seconds: 'nodejs_eventloop_utilization_summary',
  nodejs_active_resources: 'nodejs_active_handles',
  nodejs_heap_size_used_bytes: 'nodejs_heap_size_total_bytes',
  nodejs_heap_size_total_bytes: 'nodejs_heap_size_used_bytes',
  nodejs_external_memory_bytes: 'nodejs_heap_size_used_bytes',
  lab_heap_limit_bytes: 'nodejs_heap_size_total_bytes',
  process_resident_memory_bytes: 'process_virtual_memory_bytes',
  process_cpu_user_seconds_total: 'process_cpu_system_seconds_total',
  process_cpu_system_seconds_total: 'process_cpu_user_seconds_total',
  process_open_fds: 'process_max_fds',
  system_cpu_utilization_ratio: 'system_memory_utilization_ratio',
  system_memory_utilization_ratio: 'system_cpu_utilization_ratio',
  system_processes: 'process_open_fds',
  prometheus_tsdb_head_samples_appended_total: 'prometheus_tsdb_head_series_created_total',
  prometheus_tsdb_head_series: 'prometheus_tsdb_head_max_time_seconds',
  prometheus_tsdb_head_chunks: 'prometheus_tsdb_head_min_time_seconds',
  prometheus_rule_group_last_duration_seconds: 'prometheus_rule_group_interval_seconds',
  prometheus_rule_group_interval_seconds: 'prometheus_rule_group_last_duration_seconds',
  'slo:objective:ratio': 'job_slo:slo_errors_per_request:ratio_rate1m',
  'job_slo:slo_errors_per_request:ratio_rate1m': 'job_slo:error_budget:burn_rate1m',
  'job_slo:error_budget:remaining_ratio12h': 'job_slo:error_budget:burn_rate12h',
  'job_slo:error_budget:burn_rate20s': 'job_slo:error_budget:burn_rate1m',
  'job_slo:error_budget:burn_rate30s': 'job_slo:error_budget:burn_rate20s',
  'job_slo:error_budget:burn_rate1m': 'job_slo:error_budget:burn_rate20s',
  'job_slo:error_budget:burn_rate6m': 'job_slo:error_budget:burn_rate20s',
  'job_slo:error_budget:burn_rate72m': 'job_slo:error_budget:burn_rate20s',
  ALERTS: 'ALERTS_FOR_STATE',
  discovery_targets: 'discovery_kept_targets',
  discovery_kept_targets: 'discovery_targets',
  discovery_etcd_up: 'discovery_targets',
  discovery_invalid_values_total: 'discovery_writes_total',
  discovery_writes_total: 'discovery_watches_total',
  discovery_watches_total: 'discovery_writes_total',
  discovery_list_timestamp_seconds: 'discovery_targets',
  discovery_lease_remaining_seconds: 'discovery_list_timestamp_seconds',
  etcd_server_has_leader: 'etcd_mvcc_db_total_size_in_bytes',
  etcd_mvcc_db_total_size_in_bytes: 'process_resident_memory_bytes',
  grpc_server_handled_total: 'grpc_server_started_total',
}

/** The name of a metric with a sibling, whole: `_bucket`, `_sum` and `_count` stay. */
const withSibling = new RegExp(
  `\\b(${Object.keys(siblings)
    .sort((a, b) => b.length - a.length)
    .join('|')})(?=(?:_bucket|_sum|_count)?(?!\\w))`,
  'g',
)

const kinds: Kind[] = [
  { pattern: /_sum\b/g, mistake: () => '_count' },
  { pattern: /_count\b/g, mistake: () => '_sum' },
  {
    pattern: /(?<=histogram_quantile\(|quantile=")[\d.]+/g,
    mistake: (q) => otherQuantile[q] ?? q,
  },
  { pattern: /\$__(rate_interval|range)/g, mistake: (window) => window.replace('__', '__tenth_') },
  { pattern: /(?<=\[)1m(?=\])/g, mistake: () => '6s' },
  { pattern: /\bsum\b/g, mistake: () => 'max' },
  { pattern: /\bmax\b/g, mistake: () => 'count' },
  { pattern: /\bmin\b/g, mistake: () => 'sum' },
  { pattern: /\brate\b(?=\()/g, mistake: () => 'increase' },
  { pattern: /\bincrease\b(?=\()/g, mistake: () => 'rate' },
  { pattern: /\bavg_over_time\b/g, mistake: () => 'max_over_time' },
  { pattern: withSibling, mistake: (name) => siblings[name] ?? name },
  {
    pattern: /\w+(?:=~|!~|!=|=)"[^"]*"(?:, ?)?/g,
    mistake: () => '',
    name: (text) => `${text.replace(/, ?$/, '')} dropped`,
  },
  {
    pattern: /\w+(?:=~|=)"[^"]*"/g,
    mistake: (matcher) => matcher.replace(/"[^"]*"/, '"another"'),
    name: (text) => `another value in ${text}`,
  },
  { pattern: / ?by \([^)]*\)/g, mistake: () => '', name: (text) => `${text.trim()} dropped` },
]
