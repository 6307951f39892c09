import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import { pino } from 'pino'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'

/** An app whose delays are all `delaySeconds`, and the lines that it logs. */
function lab(env: NodeJS.ProcessEnv = {}, { delaySeconds = 0.01, draining = false } = {}) {
  const lines: Record<string, unknown>[] = []
  const config = readConfig(env, '1.2.3')
  const logger = pino(
    { level: config.logLevel, base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line)) },
  )
  const { app, metrics, regimes } = createApp({
    config,
    logger,
    draining: () => draining,
    random: () => delaySeconds / 2,
  })
  const exposition = async () => (await metrics.registry.metrics()).split('\n')
  return { app, metrics, regimes, truth: regimes.current.truth, lines, exposition }
}

test('/ answers after the delay, with its own headers and the request’s harmless ones', async () => {
  const { app } = lab({ VERSION: 'v7' })
  const startedAt = performance.now()
  const response = await app.request('/', {
    headers: { 'X-Request-Id': 'a', Cookie: 'secret', Version: 'forged' },
  })
  assert.ok(performance.now() - startedAt >= 10)
  assert.equal(response.status, 200)
  assert.equal(await response.text(), 'Hello. This answer was delayed by 10 ms.\n')
  assert.equal(response.headers.get('x-request-id'), 'a')
  assert.equal(response.headers.get('version'), 'v7')
  assert.equal(response.headers.get('cookie'), null)
  assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
})

test('a header that is too long for the echo is left out, and the answer says so', async () => {
  const { app } = lab()
  const response = await app.request('/', { headers: { 'X-Long': 'a'.repeat(9000) } })
  assert.equal(response.headers.get('x-long'), null)
  assert.equal(response.headers.get('x-echo-omitted'), '1')
})

test('/images shows the injected milliseconds', async () => {
  const response = await lab({}, { delaySeconds: 0.023 }).app.request('/images')
  assert.match(await response.text(), /<h1>23 ms<\/h1>/)
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/)
})

test('/ping, /healthz and /readyz answer', async () => {
  const { app } = lab()
  assert.deepEqual(await (await app.request('/ping')).json(), { message: 'pong' })
  assert.equal((await app.request('/healthz')).status, 200)
  assert.equal((await app.request('/readyz')).status, 200)
})

test('/metrics is Prometheus text with the registry’s own content type', async () => {
  const response = await lab().app.request('/metrics')
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.match(await response.text(), /^# HELP /)
})

test('a request lands in all three layouts, and its delay in the truth', async () => {
  const { app, exposition, truth } = lab({}, { delaySeconds: 0.06 })
  await app.request('/')
  const lines = await exposition()
  const labels = 'http_request_method="GET",http_route="/",http_response_status_code="200"'
  const of = (name: string, le: string, rest: string) => {
    const start = `${name}_bucket{le="${le}",${rest}} `
    return Number(lines.find((line) => line.startsWith(start))?.slice(start.length))
  }
  assert.equal(of('http_server_request_duration_seconds', '0.05', labels), 0)
  assert.equal(of('http_server_request_duration_seconds', '0.25', labels), 1)
  assert.equal(of('lab_request_duration_seconds', '0.3', 'http_route="/"'), 1)
  assert.equal(of('httpserver_execution_latency_seconds', '0.032', 'step="delay"'), 0)
  assert.equal(of('httpserver_execution_latency_seconds', '0.256', 'step="delay"'), 1)
  assert.equal(of('httpserver_execution_latency_seconds', '0.032', 'step="total"'), 0)
  assert.equal(of('httpserver_execution_latency_seconds', '0.256', 'step="total"'), 1)
  assert.ok(lines.includes('lab_delay_quantile_seconds{quantile="0.99"} 0.06'))
  assert.ok(lines.includes('lab_behaviour_info{behaviour="uniform"} 1'))
  assert.equal(truth.count, 1)
})

test('the delays of the last minute are those between scrapes, of served requests alone', async () => {
  const { app, exposition } = lab({}, { delaySeconds: 0.06 })
  const told = async () =>
    (await exposition()).filter((line) => /^lab_(recent_delay|delay_seconds_count)/.test(line))
  await app.request('/')
  assert.deepEqual(await told(), ['lab_delay_seconds_count 1'])
  const gone = new AbortController()
  const aborted = app.request('/', { signal: gone.signal })
  gone.abort()
  await Promise.all([aborted, app.request('/images'), app.request('/ping')])
  assert.deepEqual(await told(), [
    ...[0.5, 0.9, 0.95, 0.99].map((q) => `lab_recent_delay_quantile_seconds{quantile="${q}"} 0.06`),
    'lab_delay_seconds_count 2',
  ])
})

test('the heap’s limit is the one that Node.js was given', async () => {
  const { exposition } = lab()
  const { heap_size_limit: limit } = getHeapStatistics()
  assert.ok((await exposition()).includes(`lab_heap_limit_bytes ${limit}`))
})

test('only delayed routes are in the lab’s own layout', async () => {
  const { app, exposition } = lab()
  await app.request('/ping')
  const counts = (await exposition()).filter((line) =>
    line.startsWith('lab_request_duration_seconds_count'),
  )
  assert.deepEqual(counts, [
    'lab_request_duration_seconds_count{http_route="/"} 0',
    'lab_request_duration_seconds_count{http_route="/images"} 0',
  ])
})

test('every route of the app starts at zero, and what no route matches does not', async () => {
  const { app, exposition } = lab()
  const counts = (await exposition()).filter((line) =>
    line.startsWith('http_server_request_duration_seconds_count'),
  )
  assert.deepEqual(
    counts,
    app.routes.map(
      ({ path }) =>
        `http_server_request_duration_seconds_count{http_request_method="GET",http_route="${path}",http_response_status_code="200"} 0`,
    ),
  )
})

test('paths that no route has are one series, whatever they are', async () => {
  const { app, exposition } = lab()
  for (const path of ['/a', '/b', '/images/1', '/ping/']) await app.request(path)
  await app.request('/ping', { method: 'POST' })
  const counts = (await exposition()).filter(
    (line) => line.startsWith('http_server_request_duration_seconds_count') && !/ 0$/.test(line),
  )
  assert.deepEqual(counts, [
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="unmatched",http_response_status_code="404"} 4',
    'http_server_request_duration_seconds_count{http_request_method="POST",http_route="unmatched",http_response_status_code="404"} 1',
  ])
})

test('a method that nobody has heard of is _OTHER', async () => {
  const { app, exposition } = lab()
  await app.request('/ping', { method: 'BREW' })
  const labels =
    'http_request_method="_OTHER",http_route="unmatched",http_response_status_code="404"'
  const lines = await exposition()
  assert.ok(lines.includes(`http_server_request_duration_seconds_count{${labels}} 1`))
})

test('requests in flight are counted while they are, and not after', async () => {
  const { app, metrics, exposition } = lab({}, { delaySeconds: 0.05 })
  const answers = [app.request('/'), app.request('/images')]
  assert.equal(metrics.inFlight(), 2)
  assert.ok(
    (await exposition()).includes('http_server_active_requests{http_request_method="GET"} 2'),
  )
  await Promise.all(answers)
  assert.equal(metrics.inFlight(), 0)
})

test('an aborted client is counted as 499, observed in total, and leaves no truth', async () => {
  const { app, exposition, truth } = lab({}, { delaySeconds: 60 })
  const gone = new AbortController()
  const answer = app.request(new Request('http://lab/', { signal: gone.signal }))
  gone.abort()
  assert.equal((await answer).status, 499)
  const lines = await exposition()
  assert.ok(lines.includes('httpserver_execution_latency_seconds_count{step="total"} 1'))
  assert.ok(!lines.some((line) => line.includes('latency_seconds_count{step="delay"}')))
  const labels = 'http_request_method="GET",http_route="/",http_response_status_code="499"'
  assert.ok(lines.includes(`http_server_request_duration_seconds_count{${labels}} 1`))
  assert.ok(lines.includes('lab_request_duration_seconds_count{http_route="/"} 0'))
  assert.equal(truth.count, 0)
})

test('over capacity: who waits is observed as queue, who finds the queue full gets 503 at once', async () => {
  const { app, exposition } = lab({ CONCURRENCY: '1', QUEUE_CAPACITY: '1' }, { delaySeconds: 0.05 })
  const answers = await Promise.all([app.request('/'), app.request('/'), app.request('/')])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 503],
  )
  assert.equal(answers[2]?.headers.get('retry-after'), '1')
  const lines = await exposition()
  assert.ok(lines.includes('httpserver_execution_latency_seconds_count{step="queue"} 2'))
  assert.ok(lines.includes('httpserver_execution_latency_seconds_count{step="total"} 3'))
  assert.ok(lines.includes('lab_request_duration_seconds_count{http_route="/"} 2'))
  const queueSum = 'httpserver_execution_latency_seconds_sum{step="queue"} '
  const waited = Number(lines.find((line) => line.startsWith(queueSum))?.slice(queueSum.length))
  assert.ok(waited >= 0.05 && waited < 0.5, `waited ${waited} s`)
})

test('while draining, work is refused, and probes and the last scrape go on', async () => {
  const { app } = lab({}, { draining: true })
  for (const path of ['/', '/images', '/ping', '/readyz']) {
    assert.equal((await app.request(path)).status, 503, path)
  }
  assert.equal((await app.request('/ping')).headers.get('connection'), 'close')
  for (const path of ['/healthz', '/metrics']) {
    assert.equal((await app.request(path)).status, 200, path)
  }
})

test('a line a request, without its query; scrapes and health checks at debug level only', async () => {
  const { app, lines } = lab()
  await app.request('/images?token=secret')
  for (const path of ['/metrics', '/healthz', '/readyz']) await app.request(path)
  assert.equal(lines.length, 1)
  const { durationMs, ...line } = lines[0] ?? {}
  assert.deepEqual(line, {
    level: 30,
    method: 'GET',
    route: '/images',
    path: '/images',
    status: 200,
    delayMs: 10,
    msg: 'request',
  })
  assert.ok(Number(durationMs) >= 10)

  const verbose = lab({ LOG_LEVEL: 'debug' })
  await verbose.app.request('/metrics')
  assert.equal(verbose.lines[0]?.route, '/metrics')
})

test('X-Forwarded-For is believed only as far as proxies are trusted', async () => {
  const clientOf = async (env: NodeJS.ProcessEnv, forwarded: string) => {
    const { app, lines } = lab(env)
    await app.request('/ping', { headers: { 'X-Forwarded-For': forwarded } })
    return lines[0]?.client
  }
  assert.equal(await clientOf({}, '203.0.113.9'), undefined)
  assert.equal(await clientOf({ TRUST_PROXY: 'true' }, '203.0.113.9'), '203.0.113.9')
  assert.equal(await clientOf({ TRUST_PROXY: '1' }, 'forged, 2001:db8::1'), '2001:db8::1')
  assert.equal(
    await clientOf({ TRUST_PROXY: '2' }, '6.6.6.6, 198.51.100.7, 10.0.0.1'),
    '198.51.100.7',
  )
  assert.equal(await clientOf({ TRUST_PROXY: '1' }, 'not an address'), undefined)
})
