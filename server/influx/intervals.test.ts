import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { type ExchangeObserver, type LabEnv, observeExchanges } from '../exchange.ts'
import { createIntervals } from './intervals.ts'

/** Requests through the real wrapper, that take as long as the clock says. */
function appWith(observer: ExchangeObserver) {
  let now = 0
  let durationMs = 0
  const observed = observeExchanges([observer], () => now)
  const app = new Hono<LabEnv>()
  app.all(
    '/:status',
    observed('/route', (c) => {
      now += durationMs
      return new Response(null, { status: Number(c.req.param('status')) })
    }),
  )
  return (method: string, status: number, ms: number) => {
    durationMs = ms
    return app.request(`/${status}`, { method })
  }
}

const texts = (lines: { text: string }[]) => lines.map(({ text }) => text)

test('an interval has each series’ requests and their times, and the next one none of them', async () => {
  const { observer, cut } = createIntervals()
  const request = appWith(observer)
  await request('GET', 200, 10)
  await request('GET', 200, 30.0004)
  await request('GET', 500, 2)
  const lines = cut(1000, 'here:1')
  assert.deepEqual(texts(lines), [
    'count_request,instance=here:1,method=GET,route=/route,status=200 value=2i 1000',
    'response_time,instance=here:1,method=GET,route=/route,status=200 count=2i,min=0.01,mean=0.02,max=0.03,p50=0.01,p95=0.03,p99=0.03 1000',
    'count_request,instance=here:1,method=GET,route=/route,status=500 value=1i 1000',
    'response_time,instance=here:1,method=GET,route=/route,status=500 count=1i,min=0.002,mean=0.002,max=0.002,p50=0.002,p95=0.002,p99=0.002 1000',
  ])
  assert.deepEqual(
    lines.map(({ requests }) => requests),
    [2, 0, 1, 0],
  )
  assert.deepEqual(cut(2000, 'here:1'), [])
})

test('a request that was given up is counted, and has no response time', async () => {
  const { observer, cut } = createIntervals()
  await appWith(observer)('GET', 499, 10)
  assert.deepEqual(texts(cut(7, 'a')), [
    'count_request,instance=a,method=GET,route=/route,status=499 value=1i 7',
  ])
})

test('a method that nobody knows makes no series of its own', async () => {
  const { observer, cut } = createIntervals()
  const request = appWith(observer)
  await request('BREW', 200, 1)
  await request('STEEP', 200, 1)
  assert.match(texts(cut(7, 'a'))[0] ?? '', /method=_OTHER,.* value=2i/)
})
