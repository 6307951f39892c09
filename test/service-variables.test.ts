import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPrometheus } from '../lab/prometheus.ts'
import { committedDashboards } from './panels.ts'
import { freePort, startPrometheus } from './processes.ts'
import { type Variable, valuesOf } from './variables.ts'

// What the variables of the dashboard Your service find out about services that name things as they please, asked of
// a real Prometheus as Grafana would.

const histogram = (name: string, ...labels: string[]) =>
  labels.flatMap((each) => [
    `${name}_bucket{${each}${each && ','}le="1"} 1`,
    `${name}_bucket{${each}${each && ','}le="+Inf"} 1`,
    `${name}_sum{${each}} 1`,
    `${name}_count{${each}} 1`,
  ])

/** What each service exposes, by its job. */
const services: Record<string, string[]> = {
  plain: histogram('answer_time', ''),
  spring: [
    ...histogram('jvm_gc_pause_seconds', 'action="end of minor GC"'),
    ...histogram(
      'http_server_requests_seconds',
      'method="GET",outcome="SUCCESS",status="200",uri="/"',
    ),
    ...histogram('http_request_size_bytes', 'uri="/"'),
  ],
  mesh: histogram('istio_request_duration_milliseconds', 'response_code="200"'),
  slow: histogram('query_us', 'handler="/a",code="200"', 'code="500"'),
  // As Prometheus' clients of old have it: a name that ends as a unit would, and is none.
  forms: histogram('forms', 'path="/",status_code="200"'),
  runtime: histogram('go_gc_pauses_seconds', ''),
}

const started: { stop: () => Promise<unknown> }[] = []
let url = ''

before(async () => {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4')
    response.end(`${services[url.slice(1)]?.join('\n')}\n`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  started.push({ stop: async () => server.close().closeAllConnections() })
  const { port } = server.address() as AddressInfo
  const groups = Object.keys(services).map(
    (job) =>
      `- { targets: ['127.0.0.1:${port}'], labels: { job: ${job}, __metrics_path__: /${job} } }`,
  )
  const none = await freePort()
  const tsdb = await startPrometheus(
    { server: none, loadgen: none, others: groups.join('\n') },
    { scrapeSeconds: 1 },
  )
  started.push(tsdb)
  url = tsdb.url
  const { query } = createPrometheus(url)
  const jobs = Object.keys(services).join('|')
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 100) {
    const up = await query(`up{job=~"${jobs}"} == 1`)
    if (up.length === Object.keys(services).length) return
    await sleep(100)
  }
  assert.fail('not all are scraped within 20 s')
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

const variables = (committedDashboards()['service.json']?.templating?.list ?? []) as Variable[]

const found = async (job?: string, more: Record<string, string> = {}) => {
  const chosen = { ...(job ? { job } : {}), ...more }
  const { route, ...values } = await valuesOf(variables, url, { rangeSeconds: 900, chosen })
  assert.equal(route, '.*')
  return Object.values(values)
}

test('without a job of the usual name, the first is shown, and its histogram', async () => {
  assert.equal((await found())[0], 'forms')
})

test('a histogram about requests is shown, and none of the runtime or of sizes', async () => {
  assert.deepEqual(await found('spring'), [
    'spring',
    'http_server_requests_seconds',
    'uri',
    'status',
    '1',
  ])
  // It has no other, so it is no service that could be chosen.
  assert.notEqual((await found('runtime'))[0], 'runtime')
})

test('a histogram without labels has none that it could lack, and its durations are taken for seconds', async () => {
  assert.deepEqual(await found('plain'), [
    'plain',
    'answer_time',
    'http_route',
    'http_response_status_code',
    '1',
  ])
})

test('milliseconds and microseconds are told by the end of the name, and by nothing else', async () => {
  assert.equal((await found('mesh')).at(-1), '1000')
  assert.equal((await found('slow')).at(-1), '1000000')
  assert.equal((await found('forms')).at(-1), '1')
})

test('a label that some of the series have is found, also when it was not the first that was shown', async () => {
  assert.deepEqual((await found('slow')).slice(2, 4), ['handler', 'code'])
  assert.deepEqual((await found('forms')).slice(2, 4), ['path', 'status_code'])
})
