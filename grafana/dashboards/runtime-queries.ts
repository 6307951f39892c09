/** The PromQL about the programs themselves: the server's process, its host, the scrapes and Prometheus. */

const server = '{job="httpserver"}'
const prometheus = '{job="prometheus"}'

/** What Node.js and the kernel say about the server's process. */
export const runtime = {
  /** In seconds, since the scrape before; a tick of 10 ms is included. */
  loopDelay: (which: 'p50' | 'p99' | 'max') =>
    `max(nodejs_eventloop_lag_${which}_seconds${server})`,

  /** The share of time in which the event loop had something to do, 0 to 1: the mean of samples. */
  loopUtilization: () =>
    `sum(rate(nodejs_eventloop_utilization_summary_sum${server}[$__rate_interval]))
/
sum(rate(nodejs_eventloop_utilization_summary_count${server}[$__rate_interval]))`,

  /** In processors: 1 is one that does nothing else. */
  cpu: (mode: 'user' | 'system') =>
    `sum(rate(process_cpu_${mode}_seconds_total${server}[$__rate_interval]))`,
  cpuAll: () => `${runtime.cpu('user')} + ${runtime.cpu('system')}`,

  resident: () => `max(process_resident_memory_bytes${server})`,
  heap: (part: 'total' | 'used') => `max(nodejs_heap_size_${part}_bytes${server})`,
  external: () => `max(nodejs_external_memory_bytes${server})`,
  /** The share of the heap that it may have, 0 to 1. */
  heapShare: () => `max(nodejs_heap_size_used_bytes${server}) / max(lab_heap_limit_bytes${server})`,

  /** The share of time that was spent on it, 0 to 1, by kind. */
  gcShare: () => `sum by (kind) (rate(nodejs_gc_duration_seconds_sum${server}[$__rate_interval]))`,
  /** The mean pause in seconds, by kind; absent where there was none. */
  gcPause: () =>
    `sum by (kind) (rate(nodejs_gc_duration_seconds_sum${server}[$__rate_interval]))
/
(sum by (kind) (rate(nodejs_gc_duration_seconds_count${server}[$__rate_interval])) > 0)`,
  gcRate: () => `sum by (kind) (rate(nodejs_gc_duration_seconds_count${server}[$__rate_interval]))`,

  resources: () => `sum by (type) (nodejs_active_resources${server})`,
  openFiles: () => `max(process_open_fds${server})`,
}

/** What the server sees of the machine that it runs on. */
export const host = {
  cpu: () => `max(system_cpu_utilization_ratio${server})`,
  memory: () => `max(system_memory_utilization_ratio${server})`,
  processes: () => `max(system_processes${server})`,
}

/** What Prometheus brings in, keeps and computes. */
export const storage = {
  samplesByTarget: () => 'max by (job, instance) (scrape_samples_scraped)',
  ingested: () =>
    `sum(rate(prometheus_tsdb_head_samples_appended_total${prometheus}[$__rate_interval]))`,
  series: () => `sum(prometheus_tsdb_head_series${prometheus})`,
  chunks: () => `sum(prometheus_tsdb_head_chunks${prometheus})`,
  resident: () => `max(process_resident_memory_bytes${prometheus})`,

  ruleSeconds: () =>
    `max by (rule_group) (prometheus_rule_group_last_duration_seconds${prometheus})`,
  ruleInterval: () => `min(prometheus_rule_group_interval_seconds${prometheus})`,
}
