import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import type { ThreadVitals } from './thread-vitals.ts'
import { judge, type Vitals } from './verdict.ts'

const completed = { reason: 'completed', durationSeconds: 10, scheduledSeconds: 10, maxWaiting: 0 }

const withThread = (some: Partial<ThreadVitals>): Vitals => ({
  threads: [{ utilization: 0.5, longestPauseMs: 7, ...some }],
  longestOpeningMs: 0,
  throttling: { periods: 0, seconds: 0 },
})

const ledgerOf = (latenessMs: number, requests = 100) => {
  const ledger = new Ledger()
  for (let n = 0; n < requests; n++) {
    ledger.due()
    ledger.sent(latenessMs)
    ledger.settled({
      outcome: 'ok',
      status: 200,
      responseTimeMs: 5,
      serviceTimeMs: 5,
      connectTimeMs: 0,
    })
  }
  return ledger
}

test('a generator in time, with time to spare, measured the server', () => {
  assert.deepEqual(judge(ledgerOf(1), completed, withThread({})), { verdict: 'valid', reasons: [] })
})

test('a run without requests has nothing against it', () => {
  assert.equal(judge(new Ledger(), completed, withThread({})).verdict, 'valid')
})

test('each way of being the bottleneck has its reason', () => {
  assert.deepEqual(judge(ledgerOf(30), completed, withThread({})), {
    verdict: 'generator-limited',
    reasons: ['1 % of the requests were sent 30.0 ms late or more (allowed: 10 ms)'],
  })
  assert.deepEqual(judge(ledgerOf(1), completed, withThread({ utilization: 0.95 })).reasons, [
    "the generator's thread was busy for 95 % of the run (allowed: 90 %)",
  ])
  assert.match(
    judge(ledgerOf(30), { ...completed, maxWaiting: 7 }, withThread({})).reasons[1] ?? '',
    /^up to 7 requests at once waited for a place among --max-in-flight$/,
  )
  const short = ledgerOf(1)
  short.errorCodes.set('EMFILE', 1)
  assert.deepEqual(judge(short, completed, withThread({})).reasons, [
    'this machine ran out of means: EMFILE',
  ])
})

test('requests never sent count against a run that completed, and not against one that was stopped', () => {
  const ledger = ledgerOf(1)
  ledger.due()
  ledger.settled({ outcome: 'neverSent' })
  assert.deepEqual(judge(ledger, completed, withThread({})).reasons, [
    'requests that were due and never sent: 1',
  ])
  assert.equal(
    judge(ledger, { ...completed, reason: 'interrupted' }, withThread({})).verdict,
    'valid',
  )
})

test('a pause of 50 ms is flagged, whatever the percentiles, and one of 49 ms is not', () => {
  assert.equal(judge(ledgerOf(1), completed, withThread({ longestPauseMs: 49.9 })).verdict, 'valid')
  assert.deepEqual(judge(ledgerOf(1), completed, withThread({ longestPauseMs: 50 })).reasons, [
    'the generator stood still for 50.0 ms: it neither sent nor read (allowed: 50 ms)',
  ])
})

test('connections that could not all be begun at once are flagged', () => {
  const vitals = { ...withThread({}), longestOpeningMs: 62 }
  assert.deepEqual(judge(ledgerOf(1), completed, vitals).reasons, [
    'it took 62.0 ms to begin all connections that were needed at once (allowed: 50 ms)',
  ])
  assert.equal(judge(ledgerOf(1), completed, { ...vitals, longestOpeningMs: 49 }).verdict, 'valid')
})

test('what is just above a bound does not read as if it were at it', () => {
  assert.deepEqual(judge(ledgerOf(1), completed, withThread({ utilization: 0.9041 })).reasons, [
    "the generator's thread was busy for 90.4 % of the run (allowed: 90 %)",
  ])
})

test('of several threads, the worst counts', () => {
  const vitals = {
    threads: [
      { utilization: 0.1, longestPauseMs: 7 },
      { utilization: 0.93, longestPauseMs: 80 },
    ],
    longestOpeningMs: 0,
    throttling: { periods: 0, seconds: 0 },
  }
  assert.deepEqual(judge(ledgerOf(1), completed, vitals).reasons, [
    "one of the generator's threads was busy for 93 % of the run (allowed: 90 %)",
    'the generator stood still for 80.0 ms: one of its threads neither sent nor read (allowed: 50 ms)',
  ])
})

test("a container's processor limit that took time away is flagged", () => {
  const vitals = { ...withThread({}), throttling: { periods: 3, seconds: 0.21 } }
  assert.deepEqual(judge(ledgerOf(1), completed, vitals).reasons, [
    "the container's processor limit stopped the generator 3 times, for 210 ms in all",
  ])
})
