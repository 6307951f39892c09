import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Context, Hono } from 'hono'
import { type LabEnv, observeExchanges } from './exchange.ts'
import { createLive } from './live.ts'

/** A recorder whose clock the test sets, and whatever is to be observed by it. */
function recorder(options: { keep?: number; mostPairs?: number } = {}) {
  const clock = { ms: 100_000 }
  const live = createLive({ routes: ['/'], now: () => clock.ms, ...options })
  const context = (path: string, delayMs?: number) =>
    ({
      req: { path },
      get: (name: string) => (name === 'delayMs' ? delayMs : undefined),
    }) as unknown as Context<LabEnv>
  const begin = (path = '/') => live.observer.started(context(path))
  const end = (
    delayMs: number | undefined,
    { route = '/', status = 200, tookMs = delayMs ?? 0 } = {},
  ) => live.observer.ended(context(route, delayMs), { route, status, durationMs: tookMs })
  return { clock, live, begin, end }
}

test('a second is told when it is over, with what it had', () => {
  const { clock, live, begin, end } = recorder()
  begin()
  begin()
  begin()
  end(20, { tookMs: 20.3 })
  end(20, { tookMs: 21 })
  assert.deepEqual(live.since(0), [])
  clock.ms = 101_500
  end(5, { status: 500, tookMs: 5.01 })
  clock.ms = 102_000
  assert.deepEqual(live.since(0), [
    { at: 100, answers: 2, errors: 0, inFlight: 1, delays: [20, 2], durations: [21, 2] },
    { at: 101, answers: 1, errors: 1, inFlight: 0, delays: [5, 1], durations: [6, 1] },
  ])
  assert.deepEqual(
    live.since(100).map(({ at }) => at),
    [101],
  )
})

test('who went away is in flight no more, and no answer; who was turned away is an error without a delay', () => {
  const { clock, live, begin, end } = recorder()
  begin()
  begin()
  end(50, { status: 499 })
  end(undefined, { status: 503 })
  clock.ms = 101_000
  assert.equal(live.inFlight, 0)
  assert.deepEqual(live.since(0), [
    { at: 100, answers: 1, errors: 1, inFlight: 0, delays: [], durations: [] },
  ])
})

test('other routes don’t count', () => {
  const { clock, live, begin, end } = recorder()
  begin('/metrics')
  end(undefined, { route: '/metrics' })
  clock.ms = 101_000
  assert.deepEqual([live.inFlight, live.since(0)[0]?.answers], [0, 0])
})

test('seconds without a request are told, too, with what is in flight', () => {
  const { clock, live, begin } = recorder()
  begin()
  clock.ms = 103_999
  assert.deepEqual(
    live.since(0).map(({ at, inFlight }) => [at, inFlight]),
    [
      [100, 1],
      [101, 1],
      [102, 1],
    ],
  )
})

test('memory has a bound, however long it is and however much there was', () => {
  const { clock, live, begin, end } = recorder({ keep: 60, mostPairs: 400 })
  for (let n = 0; n < 1000; n++) {
    clock.ms += 100
    begin()
    end(n)
  }
  assert.equal(
    live.since(0).reduce((sum, { delays }) => sum + delays.length, 0),
    400,
  )
  clock.ms += 3_600_000
  const idle = live.since(0)
  assert.deepEqual([idle.length, idle[0]?.at], [60, Math.floor(clock.ms / 1000) - 60])
})

test('the requests of an app are seen as they end', async () => {
  const clock = { ms: 0 }
  const live = createLive({ routes: ['/'], now: () => clock.ms })
  const app = new Hono<LabEnv>()
  const observed = observeExchanges([live.observer])
  app.get(
    '/',
    observed('/', (c) => {
      c.set('delayMs', 7)
      assert.equal(live.inFlight, 1)
      return c.text('')
    }),
  )
  await app.request('/')
  clock.ms = 1000
  assert.deepEqual([live.inFlight, live.since(-1)[0]?.delays], [0, [7, 1]])
})
