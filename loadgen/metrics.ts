import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { OutcomeName } from './ledger.ts'
import type { Observer } from './run.ts'

/** The linear layout of the lab's server, in seconds: client and server are read on the same scale. */
const latencyBuckets = [...Array.from({ length: 25 }, (_, i) => (i + 1) / 10), 3, 4, 5, 10]

/** A healthy generator is within a millisecond or two, so lateness is looked at far more closely. */
const latenessBuckets = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1]

const outcomeLabels = {
  ok: 'ok',
  httpErrors: 'http_error',
  networkErrors: 'network_error',
  timeouts: 'timeout',
  cancelled: 'cancelled',
  neverSent: 'never_sent',
} satisfies Record<OutcomeName, string>

export type Metrics = ReturnType<typeof createMetrics>

/** The generator's metrics, in a registry of their own; every outcome is there from zero. */
export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  const requests = new Counter({
    name: 'loadgen_requests_total',
    help: 'Requests by how they ended; never_sent were due, and not sent',
    labelNames: ['outcome'],
    registers,
  })
  for (const outcome of Object.values(outcomeLabels)) requests.inc({ outcome }, 0)
  return {
    registry,
    requests,
    responseTime: new Histogram({
      name: 'loadgen_response_time_seconds',
      help: 'From the instant a request was due to the end of its answer',
      buckets: latencyBuckets,
      registers,
    }),
    serviceTime: new Histogram({
      name: 'loadgen_service_time_seconds',
      help: 'From the instant a request was written to the end of its answer',
      buckets: latencyBuckets,
      registers,
    }),
    lateness: new Histogram({
      name: 'loadgen_lateness_seconds',
      help: 'From the instant a request was due to the instant it was sent: the fault of the generator',
      buckets: latenessBuckets,
      registers,
    }),
    rateTarget: new Gauge({
      name: 'loadgen_rate_target',
      help: 'Requests a second that are asked for; 0 once the run is over',
      registers,
    }),
    inFlight: new Gauge({
      name: 'loadgen_in_flight',
      help: 'Requests sent and not yet ended',
      registers,
    }),
    startTime: new Gauge({
      name: 'loadgen_start_time_seconds',
      help: 'When the run started, since the epoch: tells one run from another',
      registers,
    }),
  }
}

/** An observer that keeps the metrics up to date with a run. */
export function metricsObserver(metrics: Metrics): Observer {
  return {
    due() {},
    sent(latenessMs) {
      metrics.inFlight.inc()
      metrics.lateness.observe(latenessMs / 1000)
    },
    settled(settlement) {
      metrics.requests.inc({ outcome: outcomeLabels[settlement.outcome] })
      if (settlement.outcome !== 'neverSent') metrics.inFlight.dec()
      if (!('status' in settlement)) return
      metrics.responseTime.observe(settlement.responseTimeMs / 1000)
      metrics.serviceTime.observe(settlement.serviceTimeMs / 1000)
    },
  }
}
