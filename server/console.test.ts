import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { pino } from 'pino'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { profileNames, type RunRequest } from './console/run-request.ts'
import { createConsole } from './console.ts'
import { createControl } from './control.ts'
import type { LoadRuns, Run } from './load-run.ts'

type Live = {
  behaviour: { name: string; changedAtSeconds: number }
  delays: number[]
  durations: number[]
  inFlight: number
  run: unknown
  refusal: unknown
}

/** A control listener with its page; runs are written down, and not started. */
function lab({ refusal }: { refusal?: string } = {}) {
  const logger = pino({ level: 'silent' })
  const { app, metrics, regimes, live } = createApp({
    config: readConfig({ SEED: '1' }, '1'),
    logger,
  })
  const started: RunRequest[] = []
  const runs: LoadRuns = {
    refusal,
    current: undefined,
    async start(asked) {
      if (started.length > 0) return undefined
      started.push(asked)
      return { number: 1, asked } as Run
    },
    stop: () => started.pop() !== undefined,
    end() {},
  }
  const neighbours = async () => ({ prometheus: 9090, grafana: null })
  const page = createConsole({ regimes, live, runs, neighbours, logger })
  const control = createControl({ regimes, layouts: metrics.layouts, logger, page })
  const ask = (path: string, init: RequestInit = {}) =>
    control.request(path, { ...init, headers: { Host: 'localhost:8081', ...init.headers } })
  const post = (body: string) => ask('/api/run', { method: 'POST', body })
  return { app, ask, post, started, regimes }
}

test('the page comes with a policy that lets it reach nothing else, and runs no script within', async () => {
  const response = await lab().ask('/')
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
  const policy = response.headers.get('content-security-policy') ?? ''
  const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ')[0], rule]))
  assert.equal(rules.get('default-src'), "default-src 'none'")
  assert.equal(rules.get('script-src'), "script-src 'self'")
  assert.equal(rules.get('connect-src'), "connect-src 'self'")
  assert.equal(rules.get('frame-ancestors'), "frame-ancestors 'none'")
  assert.doesNotMatch(policy, /unsafe|\*|http/)
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
  const html = await response.text()
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=/)
})

test('each file that the page names is there, is JavaScript or CSS, and all are less than 150 kB', async () => {
  const { ask } = lab()
  const html = await (await ask('/')).text()
  const paths = [...html.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path = '']) => path)
  assert.ok(paths.length > 10)
  let bytes = gzipSync(html).length
  for (const path of new Set(paths)) {
    const response = await ask(path)
    assert.equal(response.status, 200, path)
    const type = path.endsWith('.css') ? 'text/css' : 'text/javascript'
    assert.equal(response.headers.get('content-type'), `${type}; charset=utf-8`)
    const text = await response.text()
    bytes += gzipSync(text).length
    if (type === 'text/css') continue
    // Each is plain JavaScript, and imports nothing that was not preloaded.
    for (const [, name = ''] of text.matchAll(/from '([^']+)'/g)) {
      assert.ok(paths.includes(new URL(name, `http://x${path}`).pathname), `${path}: ${name}`)
    }
    assert.doesNotMatch(text, /^(export )?(type|interface) /m, path)
  }
  assert.ok(bytes < 150_000, `${bytes} bytes`)
})

test('a file that has not changed is not sent again', async () => {
  const { ask } = lab()
  const etag = (await ask('/')).headers.get('etag') ?? ''
  assert.match(etag, /^W\/"[\w-]{22}"$/)
  const again = await ask('/', { headers: { 'If-None-Match': etag } })
  assert.deepEqual([again.status, await again.text()], [304, ''])
  assert.equal((await ask('/', { headers: { 'If-None-Match': '"other"' } })).status, 200)
})

test('who takes it compressed gets the same file', async () => {
  const { ask } = lab()
  const plain = await (await ask('/')).text()
  const response = await ask('/', { headers: { 'Accept-Encoding': 'gzip, br' } })
  assert.equal(response.headers.get('content-encoding'), 'gzip')
  assert.equal(response.headers.get('vary'), 'Accept-Encoding')
  assert.equal(gunzipSync(await response.arrayBuffer()).toString(), plain)
})

test('no other file of the server can be had', async () => {
  const { ask } = lab()
  for (const path of [
    '/main.ts',
    '/config.ts',
    '/console.ts',
    '/console/page/../../config.ts',
    '/console/page/%2e%2e/%2e%2e/config.ts',
    '/console/page/tsconfig.json',
    '/console/quantile.test.ts',
    '/console/page/',
    '//etc/passwd.ts',
  ]) {
    const response = await ask(path)
    assert.equal(response.status, 404, path)
    assert.doesNotMatch(await response.text(), /import|zod/, path)
  }
})

test('strangers get neither the page nor what it asks for', async () => {
  const { ask, started } = lab()
  const requests: [path: string, init: RequestInit][] = [
    ['/', {}],
    ['/console/page/main.ts', {}],
    ['/api/live', {}],
    ['/api/neighbours', {}],
    ['/api/run', { method: 'POST', body: '{}' }],
    ['/api/run', { method: 'DELETE' }],
  ]
  for (const [path, init] of requests) {
    for (const headers of [
      { Host: 'evil.example' },
      { Origin: 'http://evil.example' },
      { Origin: 'null' },
    ]) {
      assert.equal(
        (await ask(path, { ...init, headers })).status,
        403,
        `${path} ${JSON.stringify(headers)}`,
      )
    }
  }
  assert.deepEqual(started, [])
})

test('other methods are refused', async () => {
  const { ask } = lab()
  for (const [method, path] of [
    ['POST', '/'],
    ['PUT', '/api/run'],
    ['GET', '/api/run'],
    ['POST', '/api/live'],
    ['DELETE', '/api/behaviour'],
    ['POST', '/console/page/main.ts'],
  ]) {
    assert.equal((await ask(`${path}`, { method: `${method}` })).status, 404, `${method} ${path}`)
  }
})

test('live: what is in force, what happened since, and each second that is over', async () => {
  const { app, ask, regimes } = lab()
  regimes.change({ name: 'constant', parameters: { delay: 0.003 } })
  await app.request('/')
  const live = (await (await ask('/api/live?after=0')).json()) as Live
  assert.deepEqual(live.delays, [3, 1])
  const [tookMs = 0, count] = live.durations
  assert.ok(tookMs >= 3 && count === 1, `${tookMs} ms`)
  assert.equal(live.behaviour.name, 'constant')
  assert.ok(live.behaviour.changedAtSeconds > 0)
  assert.deepEqual([live.inFlight, live.run, live.refusal], [0, null, null])
  for (const after of ['x', '-1', '1.5', '1e9']) {
    assert.equal((await ask(`/api/live?after=${after}`)).status, 400, after)
  }
})

test('a run is started as it was asked for, one at a time, and stopped', async () => {
  const { ask, post, started } = lab()
  assert.equal((await ask('/api/run', { method: 'DELETE' })).status, 409)
  assert.equal((await post('{"parameters": {"rate": 20}}')).status, 200)
  assert.deepEqual(started, [
    { profile: 'constant', parameters: { rate: 20 }, durationSeconds: 60, arrivals: 'poisson' },
  ])
  assert.equal((await post('{}')).status, 409)
  assert.equal((await ask('/api/run', { method: 'DELETE' })).status, 200)
})

test('where no run can be started, the reason is told', async () => {
  const { post, started } = lab({ refusal: 'there is no generator' })
  const response = await post('{}')
  assert.equal(response.status, 409)
  assert.deepEqual(await response.json(), { mistakes: ['there is no generator'] })
  assert.deepEqual(started, [])
})

test('whatever is no run is refused by name, and starts nothing', async () => {
  const { post, started } = lab()
  // What is wrong in each: a field that is not known, or a value beyond what is allowed.
  const number = fc.oneof(
    fc.double({ min: 2000.001 }),
    fc.double({ max: -0.001, noNaN: true }),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer()),
  )
  const body = fc.oneof(
    fc.string().filter((text) => !isJson(text)),
    fc
      .jsonValue()
      .filter((value) => !isPlain(value))
      .map((value) => JSON.stringify(value)),
    fc
      .record({
        profile: fc.oneof(fc.constantFrom(...profileNames), fc.string()),
        parameters: fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }),
      })
      .map((value) => JSON.stringify(value)),
    fc.record({ parameters: fc.record({ rate: number }) }).map((value) => JSON.stringify(value)),
    fc.record({ durationSeconds: number }).map((value) => JSON.stringify(value)),
    fc
      .dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1 })
      .filter((value) => !Object.keys(value).every((key) => fields.includes(key)))
      .map((value) => JSON.stringify(value)),
  )
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const response = await post(text)
      assert.equal(response.status, 400, text)
      const { mistakes } = (await response.json()) as { mistakes: string[] }
      assert.ok(mistakes.length > 0)
      assert.deepEqual(started, [])
    }),
    { numRuns: 500 },
  )
})

const fields = ['profile', 'parameters', 'durationSeconds', 'arrivals']

const isPlain = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isJson = (text: string) => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('a body without end is refused', async () => {
  assert.equal((await lab().post(`"${'a'.repeat(5000)}"`)).status, 413)
})
