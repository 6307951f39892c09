import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Hono } from 'hono'
import { type LabEnv, observeExchanges } from './exchange.ts'
import { createMeasured, measuring } from './measured.ts'

test('the three requests that took longest beyond their delays are kept, falling', () => {
  const measured = createMeasured()
  assert.deepEqual(measured.worstExcessesMs, [])
  for (const [delayMs, durationMs] of [
    [100, 101],
    [0, 7],
    [50, 53],
    [2000, 2002],
    [10, 510],
  ] as const) {
    measured.record(delayMs, durationMs)
  }
  assert.deepEqual(measured.worstExcessesMs, [500, 7, 3])
  assert.equal(measured.durations.count, 5)
  assert.equal(measured.durations.quantileMs(1), 2002)
})

test('an answer is measured whatever its status, and one that nobody received is not', async () => {
  const measured = createMeasured()
  const observed = observeExchanges([measuring])
  const app = new Hono<LabEnv>()
  for (const status of [200, 500, 499]) {
    const handler = observed(`/${status}`, (c) => {
      c.set('measured', measured)
      return new Response(null, { status })
    })
    app.get(`/${status}`, handler)
  }
  for (const path of ['/200', '/499', '/500']) await app.request(path)
  assert.equal(measured.durations.count, 2)
})
