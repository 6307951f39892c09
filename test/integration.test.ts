import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { demo } from '../lab/demo.ts'
import { comparePicture, freshScrape } from '../lab/picture.ts'
import { createPrometheus, type Prometheus } from '../lab/prometheus.ts'
import { type PanelQuery, panelQueries, substitute } from './panels.ts'
import { freePort, runLoad, startPrometheus, startServer } from './processes.ts'

// One seeded run through the real server, the real load generator and a real Prometheus, as processes;
// every test below looks at what it left.
const started: { stop: () => Promise<void> }[] = []
let prometheus: Prometheus
let load: Awaited<ReturnType<typeof runLoad>>
let since: number
const clock = { sleep, patienceMs: 20_000 }

before(async () => {
  const server = await startServer({ SEED: '1' })
  started.push(server)
  const metricsPort = await freePort()
  const tsdb = await startPrometheus({ server: server.port, loadgen: metricsPort })
  started.push(tsdb)
  prometheus = createPrometheus(tsdb.url)
  // Series have to be there before they can be seen to grow.
  since = await freshScrape(prometheus, clock)
  load = await runLoad([
    ...['--rate', '150', '--duration', '20s', '--seed', '1'],
    ...['--metrics-port', String(metricsPort), '--await-scrape', tsdb.url, `${server.url}/`],
  ])
  await freshScrape(prometheus, clock)
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

const sampleOf = async (promql: string) => {
  const samples = await prometheus.query(promql)
  assert.equal(samples.length, 1, `${promql} has ${samples.length} samples`)
  return samples[0]?.value ?? Number.NaN
}

/** What a panel asks, as Grafana would when it shows the last minute. */
const asked = ({ expr }: PanelQuery) =>
  substitute(expr, { rateInterval: '40s', rangeSeconds: 60, variables: { job: '.*', route: '.*' } })

test('the load generator had an answer to every request', () => {
  const { exitCode, result } = load
  assert.equal(exitCode, 0)
  assert.ok(result.planned > 2500, `${result.planned} planned`)
  assert.equal(result.ok, result.planned)
})

test('Prometheus counts exactly the requests that the load generator sent', async () => {
  const { ok } = load.result
  assert.equal(await sampleOf('lab_request_duration_seconds_count{http_route="/"}'), ok)
  assert.equal(
    await sampleOf(
      'http_server_request_duration_seconds_count{http_route="/",http_response_status_code="200"}',
    ),
    ok,
  )
  assert.equal(await sampleOf('httpserver_execution_latency_seconds_count{step="total"}'), ok)
  // Prometheus may have asked once more since the generator ended, and know by now that it is gone.
  assert.equal(await sampleOf('last_over_time(loadgen_requests_total{outcome="ok"}[1m])'), ok)
  assert.equal(await sampleOf('last_over_time(loadgen_response_time_seconds_count[1m])'), ok)
})

for (const [refId, quantile] of [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
] as const) {
  test(`${refId} by the dashboard’s own query is within one bucket of the delays injected`, async () => {
    const query = panelQueries().find(
      ({ panel, expr }) => panel === 'Percentiles over time' && expr.includes(`(${quantile},`),
    )
    assert.ok(query, `no query for ${quantile}`)
    const shown = await sampleOf(asked(query))
    const truth = await sampleOf(`lab_delay_quantile_seconds{quantile="${quantile}"}`)
    assert.ok(Math.abs(shown - truth) <= 0.1, `shown ${shown} s, injected ${truth} s`)
  })
}

test('the client’s own p50 is within 20 ms of the delays injected', async () => {
  const truth = await sampleOf('lab_delay_quantile_seconds{quantile="0.5"}')
  const { p50 } = load.result.responseTime
  assert.ok(Math.abs(p50 - truth) < 0.02, `seen ${p50} s, injected ${truth} s`)
})

test('the demo compares equal counts, and quantiles within one bucket', async () => {
  const [requests, ...quantiles] = await comparePicture(prometheus, load.result, since)
  assert.equal(requests?.prometheus, load.result.ok)
  for (const { name, client, prometheus: shown } of quantiles) {
    assert.ok(Math.abs(client - shown) <= 0.1, `${name}: ${client} s seen, ${shown} s shown`)
  }
})

test('the demo fails when Prometheus lacks one request', async () => {
  const said: string[] = []
  const passed = await demo({
    prometheus,
    load: async () => ({ ...load.result, ok: 1 }),
    say: (text) => said.push(text),
    ...clock,
  })
  assert.equal(passed, false)
  assert.match(said.join('\n'), /Prometheus lacks 1 of them/)
})

test('the demo sends nothing to a server that is not the lab’s own', async () => {
  const stranger = (promql: string) => promql.replace('lab_request_duration_seconds', 'app_seconds')
  const passed = demo({
    prometheus: { ...prometheus, query: (promql) => prometheus.query(stranger(promql)) },
    load: async () => assert.fail('load was driven'),
    say: () => {},
    ...clock,
  })
  await assert.rejects(passed, /port 8080 is not the lab's own server.*nothing was sent/)
})

/** What a panel of the dashboard *Load generator* shows, once the run is over and the generator has gone. */
const shown = async (panel: string, refId = 'A') => {
  const query = panelQueries().find(
    (each) => each.dashboard === 'load-generator' && each.panel === panel && each.refId === refId,
  )
  assert.ok(query, `no query ${refId} on ${panel}`)
  return prometheus.query(asked(query))
}

test('the dashboard of the load generator counts exactly what the report counts', async () => {
  const [count] = await shown('Requests so far')
  assert.equal(count?.value, load.result.planned)
  const outcomes = await shown('What became of the requests')
  const sum = outcomes.reduce((total, { value }) => total + value, 0)
  assert.equal(outcomes.length, 6)
  assert.equal(sum, load.result.planned)
  const [failed] = await shown('Without a good answer')
  assert.equal(failed?.value, 0)
})

test('the dashboard of the load generator has the report’s quantiles to within a bucket', async () => {
  const { responseTime, serviceTime } = load.result
  for (const [panel, seen] of [
    ['Response time p50', responseTime.p50],
    ['Response time p99', responseTime.p99],
    ['Service time p99', serviceTime.p99],
  ] as const) {
    const [sample] = await shown(panel)
    const value = sample?.value ?? Number.NaN
    assert.ok(Math.abs(value - seen) <= 0.1, `${panel}: shown ${value} s, reported ${seen} s`)
  }
})
