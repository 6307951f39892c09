import type { Evidence, LayoutEvidence } from './evidence.ts'
import type { Statistics } from './statistics.ts'

/** Evidence of 1000 requests that took 0.1 to 2 s, all of it as it must be: what the tests start from. */
export function soundEvidence(): Evidence {
  const injected = { p50: 1, p90: 1.8, p95: 1.9, p99: 1.98, mean: 1 }
  const longer = (by: number): Statistics =>
    Object.fromEntries(
      Object.entries(injected).map(([name, seconds]) => [name, seconds + by]),
    ) as Statistics
  const layout = (name: string, metric: string, estimates: Statistics): LayoutEvidence => ({
    name,
    metric,
    labels: '',
    count: 1000,
    estimates: { ...estimates, mean: 1.0006 },
    buckets: [
      { le: 0.5, count: 250 },
      { le: 1, count: 499 },
      { le: 2.5, count: 1000 },
      { le: Number.POSITIVE_INFINITY, count: 1000 },
    ],
    bounds: [0.5, 1, 2.5],
    within: [
      { seconds: 0.5, atLeast: 249, atMost: 250 },
      { seconds: 1, atLeast: 499, atMost: 500 },
      { seconds: 2.5, atLeast: 1000, atMost: 1000 },
    ],
  })
  const wide = { p50: 1.003, p90: 2.2, p95: 2.35, p99: 2.47, mean: 0 }
  return {
    behaviour: { name: 'uniform', parameters: { min: 0, max: 2 } },
    requests: 1000,
    rate: 100,
    seed: 1,
    analytic: { p50: 1.01, p90: 1.8, p95: 1.9, p99: 1.98, mean: 1 },
    expected: {
      p50: { low: 0.9, high: 1.1 },
      p90: { low: 1.7, high: 1.9 },
      p95: { low: 1.8, high: 1.95 },
      p99: { low: 1.95, high: 2 },
      mean: { low: 0.9, high: 1.1 },
    },
    injected,
    longestSeconds: 2,
    handler: longer(0.001),
    worstExcessesSeconds: [0.004, 0.003, 0.003],
    client: {
      planned: 1000,
      ok: 900,
      httpErrors: 100,
      statusCodes: { 200: 900, 500: 100 },
      durationSeconds: 10,
      serviceTime: longer(0.002),
      responseTime: longer(0.003),
    },
    layouts: [
      layout('exponential', 'httpserver_execution_latency_seconds', wide),
      layout('OpenTelemetry', 'http_server_request_duration_seconds', wide),
      layout('linear', 'lab_request_duration_seconds', { ...injected, p50: 1.001 }),
    ],
    counts: [
      { layer: 'client: ok and HTTP errors', count: 1000 },
      { layer: 'truth: delays injected', count: 1000 },
      { layer: 'handler: durations measured', count: 1000 },
      { layer: 'access log: lines written', count: 1000 },
      { layer: 'httpserver_execution_latency_seconds_count', count: 1000 },
      { layer: 'http_server_request_duration_seconds_count', count: 1000 },
      { layer: 'lab_request_duration_seconds_count', count: 1000 },
    ],
  }
}
