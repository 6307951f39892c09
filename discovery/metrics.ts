import { Counter, Gauge, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** What discovery says about itself, in a registry of its own. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    targets: new Gauge({
      name: 'discovery_targets',
      help: 'Targets in the list, those that are kept included',
      registers,
    }),
    kept: new Gauge({
      name: 'discovery_kept_targets',
      help: 'Targets that etcd does not have, and that stay for a lease because it was out of reach',
      registers,
    }),
    listed: new Gauge({
      name: 'discovery_list_timestamp_seconds',
      help: 'When etcd last confirmed the list, since the epoch',
      registers,
    }),
    etcdUp: new Gauge({
      name: 'discovery_etcd_up',
      help: '1 if etcd answered when it was last asked, 0 if not',
      registers,
    }),
    leaseLeft: new Gauge({
      name: 'discovery_lease_remaining_seconds',
      help: 'How long the lease of each registration would last if it were not kept alive',
      labelNames: ['service', 'service_id'],
      registers,
    }),
    writes: new Counter({
      name: 'discovery_writes_total',
      help: 'How often the list was written: only when it changes',
      registers,
    }),
    invalid: new Counter({
      name: 'discovery_invalid_values_total',
      help: 'Values in etcd that are no registration, each counted once',
      registers,
    }),
    watches: new Counter({
      name: 'discovery_watches_total',
      help: 'Watches that were opened: one for each change, and for each time that one was lost',
      registers,
    }),
  }
}
