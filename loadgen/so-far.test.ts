import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { type SoFar, soFarOf, tellEachSecond } from './so-far.ts'
import { VirtualTime } from './virtual-time.ts'

const progress = {
  elapsedMs: 2500,
  durationMs: 60_000,
  requests: null,
  planned: 3,
  rateAsked: 50,
  rateAchieved: 48.5,
  inFlight: 1,
  p50Ms: 0,
  p99Ms: 0,
  errors: 1,
}

test('what a run has come to is told in the names and units of its result', () => {
  const ledger = new Ledger()
  for (const status of [200, 503]) {
    ledger.due()
    ledger.sent(0)
    ledger.settled({
      outcome: status === 200 ? 'ok' : 'httpErrors',
      status,
      responseTimeMs: 300,
      serviceTimeMs: 200,
      connectTimeMs: 0,
    })
  }
  ledger.due()
  ledger.sent(0)
  const soFar = soFarOf(ledger, progress)
  const { planned, sent, ok, httpErrors, inFlight, elapsedSeconds, rate } = soFar
  assert.deepEqual([planned, sent, ok, httpErrors, inFlight, elapsedSeconds], [3, 3, 1, 1, 1, 2.5])
  assert.deepEqual(rate, { asked: 50, achieved: 48.5 })
  assert.deepEqual([soFar.responseTime.max, soFar.serviceTime.max], [0.3, 0.2])
})

test('it is told each second, until nobody needs it any more', () => {
  const time = new VirtualTime()
  const told: number[] = []
  const soFar = () => soFarOf(new Ledger(), { ...progress, elapsedMs: time.now() })
  const hush = tellEachSecond(
    time.after,
    ({ elapsedSeconds }: SoFar) => told.push(elapsedSeconds),
    soFar,
  )
  time.pass(3500)
  hush()
  time.pass(10_000)
  assert.deepEqual(told, [1, 2, 3])
})
