import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { defaultsOf } from './behaviours.ts'
import { bucketLayouts } from './buckets.ts'
import { ABORTED, type ExchangeObserver, UNMATCHED } from './exchange.ts'
import { registerHostMetrics } from './host.ts'
import { type Layout, layoutOf } from './layouts.ts'
import { createRegimes, type Regimes } from './regime.ts'
import { registerHeapLimit } from './runtime.ts'
import { type ExecutionTimer, startExecutionTimer } from './timer.ts'
import { registerTlsMetrics, type TlsGauges } from './tls-metrics.ts'
import { registerTruthMetrics } from './truth-metrics.ts'

/** The routes that take the time that the behaviour says. */
export const delayedRoutes = ['/', '/images']

/**
 * The methods that a label may have; any other is `_OTHER`, so that clients can't make series.
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
const methods = 'GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH'.split(' ')

/** The method as a label has it. */
export const knownMethod = (method: string) => (methods.includes(method) ? method : '_OTHER')

/** Everything that the server says about itself. */
export type Metrics = {
  registry: Registry
  /** Starts the clock on one execution of a delayed route. */
  startTimer: () => ExecutionTimer
  /** Counts each request as it starts and as it ends. */
  observer: ExchangeObserver
  /** Requests in flight, the one that asks included. */
  inFlight: () => number
  /** What the three layouts have of the delayed routes since the start, by metric. */
  layouts: () => Promise<Record<string, Layout>>
  /** What is told of the certificate, where there is one. */
  tls: TlsGauges
}

export type MetricsOptions = { regimes?: Regimes }

/** Makes the server's metrics in a registry of their own. */
export function createMetrics({ regimes = defaultRegimes() }: MetricsOptions = {}): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  registerHostMetrics(registry)
  registerHeapLimit(registry)

  const execution = new Histogram({
    name: 'httpserver_execution_latency_seconds',
    help: 'Time spent on a delayed route, by step: queue, delay, and total.',
    labelNames: ['step'],
    buckets: bucketLayouts.exponential,
    registers,
  })
  const requestDuration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of all HTTP requests, to the last byte sent; 499: the client went away first.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'],
    buckets: bucketLayouts.openTelemetry,
    registers,
  })
  const labRequestDuration = new Histogram({
    name: 'lab_request_duration_seconds',
    help: 'Duration of served requests to the delayed routes, in buckets that fit 0 to 2 s.',
    labelNames: ['http_route'],
    buckets: bucketLayouts.linear,
    registers,
  })
  // What is bound to come starts at zero: a series that begins at 1 hides its first request from rate().
  for (const route of delayedRoutes) labRequestDuration.zero({ http_route: route })

  const recordDelay = registerTruthMetrics(registry, regimes)

  const active = new Map(methods.map((method) => [method, { method, requests: 0 }]))
  const other = { method: '_OTHER', requests: 0 }
  active.set(other.method, other)
  const activeOf = (method: string) => active.get(method) ?? other
  new Gauge({
    name: 'http_server_active_requests',
    help: 'Requests in flight.',
    labelNames: ['http_request_method'],
    registers,
    collect() {
      for (const { method, requests } of active.values()) {
        this.set({ http_request_method: method }, requests)
      }
    },
  })

  return {
    registry,
    startTimer: () => startExecutionTimer(execution),
    observer: {
      registered(route) {
        if (route === UNMATCHED) return
        requestDuration.zero({
          http_request_method: 'GET',
          http_route: route,
          http_response_status_code: 200,
        })
      },
      started(c) {
        activeOf(c.req.method).requests += 1
      },
      ended(c, { route, status, durationMs }) {
        const ofMethod = activeOf(c.req.method)
        const seconds = durationMs / 1000
        ofMethod.requests -= 1
        requestDuration.observe(
          {
            http_request_method: ofMethod.method,
            http_route: route,
            http_response_status_code: status,
          },
          seconds,
        )
        // Only what was served: how long somebody waited before giving up is not how long an answer
        // takes, and a server that turns requests away at once does not become a fast one by that.
        const delayMs = c.get('delayMs')
        if (status !== ABORTED && delayMs !== undefined) {
          labRequestDuration.observe({ http_route: route }, seconds)
          // Here, and not when it was drawn: so that each scrape has the same requests in all of these.
          recordDelay(delayMs)
        }
      },
    },
    tls: registerTlsMetrics(registry),
    inFlight: () => active.values().reduce((sum, { requests }) => sum + requests, 0),
    layouts: async () => {
      const isDelayed = ({ http_route }: { http_route?: string | number }) =>
        delayedRoutes.includes(String(http_route))
      return {
        httpserver_execution_latency_seconds: await layoutOf(
          execution,
          ({ step }) => step === 'delay',
        ),
        http_server_request_duration_seconds: await layoutOf(requestDuration, isDelayed),
        lab_request_duration_seconds: await layoutOf(labRequestDuration, isDelayed),
      }
    },
  }
}

const defaultRegimes = () =>
  createRegimes({
    initial: { name: 'uniform', parameters: defaultsOf('uniform') },
    chance: () => Math.random,
  })
