import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { addToMetrics, createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'

const linesOf = async (metrics: ReturnType<typeof createMetrics>) =>
  (await metrics.registry.metrics()).split('\n')

const tallyTo = (metrics: ReturnType<typeof createMetrics>, happen: (ledger: Ledger) => void) => {
  const ledger = new Ledger()
  happen(ledger)
  addToMetrics(metrics, ledger)
}

test('every outcome is there from zero', async () => {
  const lines = await linesOf(createMetrics())
  assert.deepEqual(
    lines.filter((line) => line.startsWith('loadgen_requests_total')),
    ['ok', 'http_error', 'network_error', 'timeout', 'cancelled', 'never_sent'].map(
      (outcome) => `loadgen_requests_total{outcome="${outcome}"} 0`,
    ),
  )
})

test('latencies have the linear layout: 0.1 s steps to 2.5 s, and 3, 4, 5 and 10 s', async () => {
  const lines = await linesOf(createMetrics())
  for (const name of ['response', 'service']) {
    const bounds = lines
      .filter((line) => line.startsWith(`loadgen_${name}_time_seconds_bucket`))
      .map((line) => Number(/le="([^"]+)"/.exec(line)?.[1]?.replace('+Inf', 'Infinity')))
    assert.equal(bounds.length, 30)
    assert.deepEqual(bounds.slice(0, 3), [0.1, 0.2, 0.3])
    assert.deepEqual(bounds.slice(24), [2.5, 3, 4, 5, 10, Number.POSITIVE_INFINITY])
  }
})

test('lateness is looked at from half a millisecond', async () => {
  const metrics = createMetrics()
  tallyTo(metrics, (ledger) => ledger.sent(0.4))
  const lines = await linesOf(metrics)
  assert.ok(lines.includes('loadgen_lateness_seconds_bucket{le="0.0005"} 1'))
  assert.ok(lines.includes('loadgen_in_flight 1'))
})

test('tallies add up, and each time is in the buckets that are not below it', async () => {
  const metrics = createMetrics()
  for (const responseTimeMs of [99.9, 100, 100.001, 9999, 20_000]) {
    tallyTo(metrics, (ledger) => {
      ledger.sent(0)
      ledger.settled({
        outcome: 'ok',
        status: 200,
        responseTimeMs,
        serviceTimeMs: 1,
        connectTimeMs: 0,
      })
    })
  }
  const lines = await linesOf(metrics)
  const expected = ['{le="0.1"} 2', '{le="0.2"} 3', '{le="5"} 3', '{le="10"} 4', '{le="+Inf"} 5']
  for (const end of expected) {
    assert.ok(lines.includes(`loadgen_response_time_seconds_bucket${end}`), end)
  }
  assert.ok(lines.includes('loadgen_response_time_seconds_count 5'))
  assert.ok(lines.includes('loadgen_response_time_seconds_sum 30.298901'))
  assert.ok(lines.includes('loadgen_requests_total{outcome="ok"} 5'))
  assert.ok(lines.includes('loadgen_in_flight 0'))
})

test('a request that was never sent was never in flight', async () => {
  const metrics = createMetrics()
  tallyTo(metrics, (ledger) => ledger.settled({ outcome: 'neverSent' }))
  const lines = await linesOf(metrics)
  assert.ok(lines.includes('loadgen_requests_total{outcome="never_sent"} 1'))
  assert.ok(lines.includes('loadgen_in_flight 0'))
})

test('two sets of metrics know nothing of one another', async () => {
  const one = createMetrics()
  createMetrics().rateTarget.set(7)
  assert.ok((await linesOf(one)).includes('loadgen_rate_target 0'))
})

test('a taken port is named, with the way out', async (context) => {
  const { registry } = createMetrics()
  const first = await serveMetrics({ registry, port: 0, host: '127.0.0.1' })
  context.after(() => first.close())
  await assert.rejects(serveMetrics({ registry, port: first.port, host: '127.0.0.1' }), {
    message: `port ${first.port}, for the metrics, is taken: choose another with --metrics-port N, or 0 for none`,
  })
})

test('nothing but /metrics is served', async (context) => {
  const server = await serveMetrics({
    registry: createMetrics().registry,
    port: 0,
    host: '127.0.0.1',
  })
  context.after(() => server.close())
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/`)).status, 404)
  assert.equal((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status, 200)
})
