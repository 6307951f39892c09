/** The PromQL about servers that register in etcd, and how Prometheus comes to know of them. */

const job = '{job="discovery"}'
const etcdJob = '{job="etcd"}'

/** What discovery says of itself and of its list. */
export const list = {
  targets: () => `max(discovery_targets${job})`,
  kept: () => `max(discovery_kept_targets${job})`,
  invalid: () => `max(discovery_invalid_values_total${job})`,
  /** In seconds, since etcd confirmed it: up to 5 s and a scrape's interval where all is well. */
  age: () => `time() - max(discovery_list_timestamp_seconds${job})`,
  /** In seconds, by server. */
  leaseLeft: () => `max by (service, service_id) (discovery_lease_remaining_seconds${job})`,
  changes: () => `sum(increase(discovery_writes_total${job}[$__rate_interval]))`,
  watches: () => `sum(increase(discovery_watches_total${job}[$__rate_interval]))`,
  /** 1 or 0, by server; of those alone that have registered. */
  up: () => 'max by (service, service_id) (up{job="dynamic", service_id!=""})',
}

/** How etcd is: what discovery meets, and what etcd says of itself. */
export const etcd = {
  answers: () => `max(discovery_etcd_up${job})`,
  hasLeader: () => `max(etcd_server_has_leader${etcdJob})`,
  resident: () => `max(process_resident_memory_bytes${etcdJob})`,
  databaseSize: () => `max(etcd_mvcc_db_total_size_in_bytes${etcdJob})`,
  /** Calls a second that have ended, by method; none where there are none. */
  calls: () =>
    `sum by (grpc_method) (rate(grpc_server_handled_total${etcdJob}[$__rate_interval])) > 0`,
}
