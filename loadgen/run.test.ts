import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Ledger } from './ledger.ts'
import type { Arrivals } from './pacer.ts'
import { type RunEnd, type RunOptions, startRun } from './run.ts'
import { plannedRequests } from './schedule.ts'
import { type Answer, simulatedClient } from './simulated-client.ts'
import { VirtualTime } from './virtual-time.ts'

type Case = Partial<RunOptions> & {
  rate?: number
  seconds?: number
  arrivals?: 'even' | 'poisson'
  answerTo?: (n: number) => Answer
  stopAtMs?: number
}

const scheduleOf = ({ rate = 10, seconds = 1, arrivals = 'even' as Arrivals }) =>
  plannedRequests({
    weights: [1],
    arrivals,
    profile: { kind: 'constant', rate },
    durationSeconds: seconds,
    requests: null,
    seed: 1,
  })

const simulate = async (some: Case) => {
  const { rate = 10, seconds = 1, arrivals = 'even', stopAtMs } = some
  const time = new VirtualTime()
  const ledger = new Ledger()
  const answerTo = some.answerTo ?? (() => ({ afterMs: 20, kind: 'ok' }))
  const { client, sentAt } = simulatedClient(time, answerTo)
  const run = startRun({
    schedule: scheduleOf({ arrivals, rate, seconds }),
    client,
    observer: ledger,
    maxInFlight: 10_000,
    graceMs: 1000,
    startAt: 0,
    now: time.now,
    after: time.after,
    ...some,
  })
  if (stopAtMs !== undefined) time.after(stopAtMs, () => run.stop('interrupted'))
  time.pass()
  const end: RunEnd = await run.finished
  return { ledger, end, sentAt }
}

test('each request is sent when it is due', async () => {
  const { sentAt, end } = await simulate({ rate: 4 })
  assert.deepEqual(sentAt, [0, 250, 500, 750])
  assert.deepEqual(end, {
    reason: 'completed',
    durationSeconds: 1,
    scheduledSeconds: 1,
    maxWaiting: 0,
  })
})

test('answers, however slow, do not change when requests are sent', async () => {
  const fast = await simulate({ arrivals: 'poisson', rate: 100 })
  const slow = await simulate({
    arrivals: 'poisson',
    rate: 100,
    answerTo: () => ({ afterMs: 900, kind: 'ok' }),
  })
  assert.deepEqual(slow.sentAt, fast.sentAt)
  assert.equal(slow.ledger.lateness.max, 0)
})

test('a request that waits for a place has its waiting in the response time, and not in the service time', async () => {
  const answerTo = (n: number): Answer => ({ afterMs: n === 0 ? 500 : 10, kind: 'ok' })
  const { ledger, sentAt, end } = await simulate({ maxInFlight: 1, answerTo })
  // Due at 100, 200, 300, 400 and 500 ms, they go one after another from 500 ms on.
  assert.deepEqual(sentAt.slice(0, 7), [0, 500, 510, 520, 530, 540, 600])
  assert.equal(end.maxWaiting, 4)
  assert.equal(ledger.serviceTime.mean, (9 * 10_000 + 500_000) / 10)
  assert.ok(ledger.serviceTime.quantile(0.9) < 10_010)
  const responses = [10, 10, 10, 10, 50, 140, 230, 320, 410, 500]
  assert.equal(ledger.responseTime.mean, (1000 * responses.reduce((sum, ms) => sum + ms)) / 10)
  assert.equal(ledger.lateness.max, 400_000)
})

test('requests that wait at the end of the schedule still get their place, while the grace lasts', async () => {
  const answerTo = (): Answer => ({ afterMs: 150, kind: 'ok' })
  const { ledger, end } = await simulate({ maxInFlight: 1, answerTo })
  assert.equal(ledger.counts.ok, 10)
  assert.equal(ledger.counts.neverSent, 0)
  assert.equal(end.durationSeconds, 1.35)
})

test('what waits when the grace is over was never sent, and what is in flight is cancelled', async () => {
  const answerTo = (): Answer => ({ afterMs: 700, kind: 'ok' })
  const { ledger } = await simulate({ maxInFlight: 1, answerTo })
  // Answers at 700 and 1400 ms; the third is cut off at 2000 ms.
  assert.equal(ledger.counts.ok, 2)
  assert.equal(ledger.counts.cancelled, 1)
  assert.equal(ledger.counts.neverSent, 7)
  assert.equal(ledger.imbalance(), null)
})

test('an interrupted run plans what was due by then, and nothing of what was to come', async () => {
  const answerTo = (): Answer => ({ afterMs: 250, kind: 'ok' })
  const { ledger, end } = await simulate({ answerTo, stopAtMs: 555, maxInFlight: 2 })
  // Six are due from 0 to 500 ms. Two at a time: answered at 250, 350 and 500 ms, and two on their way.
  assert.equal(ledger.planned, 6)
  assert.deepEqual(ledger.counts, {
    ok: 3,
    httpErrors: 0,
    networkErrors: 0,
    timeouts: 0,
    cancelled: 2,
    neverSent: 1,
  })
  assert.equal(end.reason, 'interrupted')
  assert.equal(end.durationSeconds, 0.555)
})

test('a pump that slept too long sends all that is due, and says how late', async () => {
  const time = new VirtualTime()
  const ledger = new Ledger()
  const { client, sentAt } = simulatedClient(time, () => ({ afterMs: 1, kind: 'ok' }))
  let first = true
  const oversleep = (ms: number, callback: () => void) => {
    const late = !first && ms > 0 && time.now() === 0 ? 350 : ms
    first = false
    return time.after(late, callback)
  }
  const run = startRun({
    schedule: scheduleOf({ seconds: 0.6 }),
    client,
    observer: ledger,
    maxInFlight: 100,
    graceMs: 1000,
    startAt: 0,
    now: time.now,
    after: oversleep,
  })
  time.pass()
  await run.finished
  assert.deepEqual(sentAt, [0, 350, 350, 350, 400, 500])
  assert.equal(ledger.lateness.max, 250_000)
  assert.equal(ledger.responseTime.max, 251_000)
})

test('what was due while the pump slept, and the run was stopped, was never sent', async () => {
  const time = new VirtualTime()
  const ledger = new Ledger()
  const { client } = simulatedClient(time, () => ({ afterMs: 1, kind: 'ok' }))
  const run = startRun({
    schedule: scheduleOf({ seconds: 9 }),
    client,
    observer: ledger,
    maxInFlight: 100,
    graceMs: 1000,
    startAt: 0,
    now: time.now,
    after: (ms, callback) => time.after(ms > 0 ? 5000 : 0, callback),
  })
  time.pass(350)
  run.stop('interrupted')
  await run.finished
  assert.equal(ledger.counts.ok, 1)
  assert.equal(ledger.counts.neverSent, 3)
  assert.equal(ledger.planned, 4)
})

test('thousands that wait go out in the order in which they were due', async () => {
  const answerTo = (n: number): Answer => ({ afterMs: n === 0 ? 900 : 0.01, kind: 'ok' })
  const { ledger, end } = await simulate({ rate: 4000, maxInFlight: 1, answerTo })
  assert.equal(ledger.counts.ok, 4000)
  assert.ok(end.maxWaiting > 3500)
  // In order, the second waits longest: from 0.25 ms on.
  assert.equal(ledger.lateness.max, 899_750)
  // The median is due at 500 ms, and goes at 900 ms and 2,000 answers of 0.01 ms.
  assert.ok(Math.abs(ledger.lateness.quantile(0.5) - 420_000) < 1000)
})

test('stopping a run that has ended changes nothing', async () => {
  const { ledger } = await simulate({ stopAtMs: 5000 })
  assert.equal(ledger.counts.ok, 10)
  assert.equal(ledger.planned, 10)
})

test('whatever the server does, and whenever the run is stopped, each request has one outcome', async () => {
  const answers = fc.record({
    afterMs: fc.integer({ min: 0, max: 1500 }),
    kind: fc.constantFrom('ok', '500', 'error', 'never'),
  }) as fc.Arbitrary<Answer>
  await fc.assert(
    fc.asyncProperty(
      fc.array(answers, { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 30 }),
      fc.option(fc.integer({ min: 0, max: 3000 }), { nil: undefined }),
      fc.constantFrom('even', 'poisson'),
      async (script, maxInFlight, stopAtMs, arrivals) => {
        const { ledger } = await simulate({
          rate: 40,
          arrivals: arrivals as 'even' | 'poisson',
          maxInFlight,
          answerTo: (n) => script[n % script.length] as Answer,
          ...(stopAtMs === undefined ? {} : { stopAtMs }),
        })
        assert.equal(ledger.imbalance(), null)
        if (stopAtMs === undefined && arrivals === 'even') assert.equal(ledger.planned, 40)
      },
    ),
    { seed: 1, numRuns: 200 },
  )
})
