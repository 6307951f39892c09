import { Counter, Gauge, Registry } from 'prom-client'
import { type Ledger, type OutcomeName, outcomes } from './ledger.ts'
import { latencyBucketsUs, latenessBucketsUs } from './metric-buckets.ts'
import { TalliedHistogram } from './tallied-histogram.ts'

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
    responseTime: new TalliedHistogram({
      name: 'loadgen_response_time_seconds',
      help: 'From the instant a request was due to the end of its answer',
      bucketsUs: latencyBucketsUs,
      registers,
    }),
    serviceTime: new TalliedHistogram({
      name: 'loadgen_service_time_seconds',
      help: 'From the instant a request was written to the end of its answer',
      bucketsUs: latencyBucketsUs,
      registers,
    }),
    lateness: new TalliedHistogram({
      name: 'loadgen_lateness_seconds',
      help: 'From the instant a request was due to the instant it was sent: the fault of the generator',
      bucketsUs: latenessBucketsUs,
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

/** Adds what has happened since the last time to the metrics. */
export function addToMetrics(metrics: Metrics, tally: Ledger): void {
  for (const outcome of outcomes) {
    metrics.requests.inc({ outcome: outcomeLabels[outcome] }, tally.counts[outcome])
  }
  metrics.inFlight.inc(tally.inFlight)
  metrics.lateness.add(tally.lateness, tally.buckets.lateness)
  metrics.responseTime.add(tally.responseTime, tally.buckets.responseTime)
  metrics.serviceTime.add(tally.serviceTime, tally.buckets.serviceTime)
}
