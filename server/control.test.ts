import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { createApp } from './app.ts'
import { behaviourNames, type Parameter } from './behaviours.ts'
import { readConfig } from './config.ts'
import { createControl } from './control.ts'
import type { Layout } from './layouts.ts'

/** Whatever the listener answers; a test reads what it expects to be there. */
type Answer = {
  name: string
  parameters: Record<string, number>
  mistakes: string[]
  count: number
  meanSeconds: number
  quantileSeconds: Record<string, number>
  delays: { seconds: number; count: number }[]
  layouts: Record<string, Layout>
  analytic: { meanSeconds: number; quantileSeconds: Record<string, number> } | null
  handler: {
    count: number
    meanSeconds: number
    quantileSeconds: Record<string, number>
    worstExcessesSeconds: number[]
    within: { seconds: number; count: number }[]
  }
  accessLogLines: number | null
}

/** A server's two apps, and the lines that they log. */
function lab(env: NodeJS.ProcessEnv = {}) {
  const lines: Record<string, unknown>[] = []
  const config = readConfig({ SEED: '1', ...env }, '1')
  const logger = pino(
    { level: config.logLevel, base: null, timestamp: false },
    { write: (line) => lines.push(JSON.parse(line)) },
  )
  const { app, metrics, regimes } = createApp({ config, logger })
  const control = createControl({ regimes, layouts: metrics.layouts, logger })
  const ask = async (path: string, init: RequestInit = {}) => {
    const headers = { Host: 'localhost:8081', ...init.headers }
    const response = await control.request(path, { ...init, headers })
    return { status: response.status, body: (await response.json()) as Answer }
  }
  const put = (body: unknown) =>
    ask('/api/behaviour', {
      method: 'PUT',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return { app, metrics, regimes, lines, ask, put }
}

const quick = { name: 'constant', parameters: { delay: 0.005 } }

test('all behaviours are listed with their parameters, units, bounds and defaults', async () => {
  const { body } = await lab().ask('/api/behaviours')
  const all = body as unknown as { name: string; parameters: Record<string, Parameter> }[]
  assert.deepEqual(
    all.map(({ name }) => name),
    behaviourNames,
  )
  assert.deepEqual(all[0]?.parameters.max, {
    description: 'the longest delay',
    unit: 'seconds',
    min: 0,
    max: 60,
    default: 2,
  })
})

test('a change takes effect on the next request, begins the truth anew, and is logged', async () => {
  const { app, ask, put, lines, metrics } = lab()
  assert.deepEqual((await ask('/api/behaviour')).body, {
    name: 'uniform',
    parameters: { min: 0, max: 2 },
  })
  await put(quick)
  await app.request('/')
  assert.equal((await ask('/api/truth')).body.count, 1)
  const { status, body } = await put({ name: 'constant', parameters: { delay: 0.003 } })
  assert.deepEqual([status, body], [200, { name: 'constant', parameters: { delay: 0.003 } }])
  assert.equal((await ask('/api/truth')).body.count, 0)
  assert.match(await (await app.request('/')).text(), /delayed by 3 ms/)
  const line = lines.findLast(({ msg }) => msg === 'another behaviour is in force')
  assert.deepEqual([line?.name, line?.parameters], ['constant', { delay: 0.003 }])
  const exposition = await metrics.registry.metrics()
  assert.match(exposition, /^lab_behaviour_info\{behaviour="constant"\} 1$/m)
  assert.doesNotMatch(exposition, /behaviour="uniform"/)
})

test('parameters that are not named have their defaults', async () => {
  const { put } = lab()
  const { body } = await put({ name: 'lognormal', parameters: { median: 0.1 } })
  assert.deepEqual(body.parameters, { median: 0.1, sigma: 0.7, max: 10 })
})

test('the truth has the exact delays, and each layout’s buckets of them', async () => {
  const { app, ask, put } = lab()
  for (const delay of [0.002, 0.004, 0.004, 0.15]) {
    await put({ name: 'constant', parameters: { delay } })
    await app.request('/')
  }
  await app.request('/')
  const { body } = await ask('/api/truth')
  assert.equal(body.name, 'constant')
  assert.equal(body.count, 2)
  assert.equal(body.meanSeconds, 0.15)
  assert.equal(body.quantileSeconds['0.99'], 0.15)
  assert.deepEqual(body.delays, [{ seconds: 0.15, count: 2 }])
  const { lab_request_duration_seconds: linear, ...others } = body.layouts
  assert.ok(linear)
  assert.equal(linear.bounds.length + 1, linear.counts.length)
  assert.equal(linear.counts[linear.bounds.indexOf(0.1)], 3)
  assert.equal(linear.counts[linear.bounds.indexOf(0.2)], 5)
  assert.equal(linear.counts.at(-1), 5)
  assert.deepEqual(
    Object.entries(others).map(([name, { counts }]) => [name, counts.at(-1)]),
    [
      ['httpserver_execution_latency_seconds', 5],
      ['http_server_request_duration_seconds', 5],
    ],
  )
})

test('beside the truth stand the formulas, what the handler measured, and the access log', async () => {
  const { app, ask, put } = lab()
  await put({ name: 'errors', parameters: { errorRatio: 0.5, min: 0.02, max: 0.02 } })
  for (const path of ['/', '/images', '/', '/ping', '/nowhere']) await app.request(path)
  const { body } = await ask('/api/truth?q=0.123')
  assert.equal(body.analytic?.meanSeconds, 0.02)
  assert.equal(body.analytic?.quantileSeconds['0.123'], 0.02)
  assert.equal(body.quantileSeconds['0.123'], 0.02)
  const { handler } = body
  assert.equal(handler.count, 3)
  assert.equal(body.accessLogLines, 3)
  const median = handler.quantileSeconds['0.5'] ?? 0
  assert.ok(median >= 0.02 && median < 0.1, `${median} s`)
  assert.ok(handler.meanSeconds >= 0.02)
  const [worst = 0, second = 0, third = 0, ...more] = handler.worstExcessesSeconds
  assert.ok(worst >= second && second >= third && third >= 0 && more.length === 0)
  const slowest = 0.02 + worst
  assert.ok(Math.abs(slowest - (handler.quantileSeconds['0.999'] ?? 0)) <= 1e-4, `${slowest} s`)
  const within = new Map(handler.within.map(({ seconds, count }) => [seconds, count]))
  assert.deepEqual([within.get(0.016), within.get(10)], [0, 3])
  const linear = body.layouts.lab_request_duration_seconds
  assert.deepEqual(
    linear?.bounds.map((bound) => within.get(bound)),
    linear?.counts.slice(0, -1),
  )
})

test('where there is no formula, and no access log, the truth says so', async () => {
  const { app, ask, put } = lab({ LOG_LEVEL: 'warn' })
  await put({ name: 'incident', parameters: { min: 0, max: 0.001 } })
  await app.request('/')
  const { body } = await ask('/api/truth')
  assert.deepEqual([body.count, body.analytic, body.accessLogLines], [1, null, null])
})

test('a quantile that is none is refused by name', async () => {
  const { ask } = lab()
  for (const wrong of ['1.1', '-0.5', 'half', '', 'NaN', '0x1']) {
    const { status, body } = await ask(`/api/truth?q=0.5&q=${wrong}`)
    assert.equal(status, 400, wrong)
    assert.deepEqual(body.mistakes, [`q=${wrong}: must be a number from 0 to 1`])
  }
  const many = Array.from({ length: 51 }, () => 'q=0.5').join('&')
  assert.equal((await ask(`/api/truth?${many}`)).status, 400)
})

test('a request belongs to the behaviour that it came in', async () => {
  const { app, put, regimes } = lab()
  await put({ name: 'constant', parameters: { delay: 0.05 } })
  const before = regimes.current
  const answer = app.request('/')
  await put(quick)
  assert.match(await (await answer).text(), /delayed by 50 ms/)
  assert.equal(before.truth.count, 1)
  assert.equal(regimes.current.truth.count, 0)
})

test('a failure that a behaviour asks for is a 500 after its delay, and in the truth', async () => {
  const { app, put, regimes } = lab()
  await put({ name: 'errors', parameters: { errorRatio: 1, min: 0.004, max: 0.004 } })
  const response = await app.request('/images')
  assert.equal(response.status, 500)
  assert.equal(regimes.current.truth.quantileMs(0.5), 4)
})

test('a change of the behaviour is exposed with its time, once there was one', async () => {
  const { put, metrics } = lab()
  const changes = async () =>
    (await metrics.registry.metrics())
      .split('\n')
      .filter((line) => line.startsWith('lab_behaviour_change_timestamp_seconds{'))
      .map((line) => /behaviour="(.*)"} (.*)/.exec(line)?.slice(1))
  assert.deepEqual(await changes(), [])
  const before = Date.now() / 1000
  await put({ name: 'pareto' })
  await put(quick)
  const [[name, seconds] = [], ...others] = await changes()
  assert.deepEqual([name, others], ['constant', []])
  assert.ok(Number(seconds) >= before && Number(seconds) <= Date.now() / 1000, seconds)
})

test('the same seed repeats its delays under each behaviour that is put', async () => {
  const { put, regimes } = lab()
  const first = async () => {
    await put({ name: 'pareto' })
    return Array.from({ length: 3 }, () => regimes.current.draw().delaySeconds)
  }
  assert.deepEqual(await first(), await first())
})

const wrong: [body: unknown, mistakes: RegExp[]][] = [
  ['{', [/^the body: must be JSON$/]],
  [[], [/^the body: must be an object/]],
  [null, [/^the body: must be an object/]],
  [{}, [/^name=undefined: must be one of uniform, constant, /]],
  [{ name: 'slow' }, [/^name="slow": must be one of/]],
  [{ name: 'toString' }, [/^name="toString": must be one of/]],
  [{ name: 'uniform', parameters: [1] }, [/^parameters=\[1\]: must be an object of numbers$/]],
  [
    { name: 'uniform', colour: 1, parameters: { min: -1, max: '2', mid: 1 } },
    [
      /^colour: is not known here: must be name or parameters$/,
      /^parameters\.min=-1: must be a number from 0 to 60 \(seconds\)$/,
      /^parameters\.max="2": must be a number from 0 to 60 \(seconds\)$/,
      /^parameters\.mid=1: uniform has no such parameter: must be min, max$/,
    ],
  ],
  [
    { name: 'uniform', parameters: { min: 3 } },
    [/^parameters=\{"min":3,"max":2\}: min must not be above max$/],
  ],
  [
    { name: 'constant', parameters: { delay: null } },
    [/^parameters\.delay=null: must be a number/],
  ],
  [
    { name: 'constant', parameters: JSON.parse('{"__proto__":1}') },
    [/^parameters\.__proto__=1: constant has no such parameter/],
  ],
  [
    { name: 'freeze', parameters: { every: 1, lasts: 1 } },
    [/: work and lasts must fit into every$/],
  ],
]
for (const [asked, expected] of wrong) {
  const body = typeof asked === 'string' ? asked : JSON.stringify(asked)
  test(`${body} is refused by name, and the old behaviour stays`, async () => {
    const { put, regimes } = lab()
    const before = regimes.current
    const { status, body: answer } = await put(asked)
    assert.equal(status, 400)
    assert.equal(answer.mistakes.length, expected.length, answer.mistakes.join('\n'))
    for (const [i, pattern] of expected.entries()) assert.match(answer.mistakes[i] ?? '', pattern)
    assert.equal(regimes.current, before)
  })
}

test('whatever JSON is put: 200 with a sound behaviour, or 400 and the old one', async () => {
  const { put, regimes } = lab()
  const body = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        name: fc.oneof(fc.constantFrom(...behaviourNames), fc.string()),
        parameters: fc.dictionary(
          fc.constantFrom('min', 'max', 'delay', 'sigma', 'every', 'work', 'constructor'),
          fc.oneof(fc.double({ min: -1, max: 70 }), fc.jsonValue()),
        ),
      })
      .map((asked) => JSON.stringify(asked)),
  )
  await fc.assert(
    fc.asyncProperty(body, async (text) => {
      const before = regimes.current
      const { status } = await put(text)
      if (status === 400) assert.equal(regimes.current, before)
      else assert.equal(status, 200)
      const { delaySeconds } = regimes.current.draw()
      assert.ok(delaySeconds >= 0 && delaySeconds <= 120, `${delaySeconds}`)
    }),
    { numRuns: 500 },
  )
})

test('a body without end is refused', async () => {
  const { status, body } = await lab().put(`"${'a'.repeat(70_000)}"`)
  assert.deepEqual([status, body.mistakes], [413, ['the body: must be 65536 bytes at most']])
})

test('another Host, another Origin, another method or path is refused', async () => {
  const { ask } = lab()
  for (const host of ['evil.example', 'localhost.evil.example', '10.0.0.1:8081', 'a b', '']) {
    assert.equal((await ask('/api/truth', { headers: { Host: host } })).status, 403, host)
  }
  for (const host of ['localhost:8081', '127.0.0.1:8081', '[::1]:18081', 'localhost']) {
    assert.equal((await ask('/api/truth', { headers: { Host: host } })).status, 200, host)
  }
  for (const origin of ['http://evil.example', 'http://localhost:3000', 'null']) {
    assert.equal((await ask('/api/truth', { headers: { Origin: origin } })).status, 403, origin)
  }
  const own = { Origin: 'http://localhost:8081' }
  assert.equal((await ask('/api/truth', { headers: own })).status, 200)
  assert.equal((await ask('/api/behaviour', { method: 'DELETE' })).status, 404)
  assert.equal((await ask('/api/nothing')).status, 404)
})
