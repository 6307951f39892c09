import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClosedLoopOptions, startClosedLoop } from './closed-loop.ts'
import { Ledger } from './ledger.ts'
import { type Answer, simulatedClient } from './simulated-client.ts'
import { VirtualTime } from './virtual-time.ts'

type Case = Partial<ClosedLoopOptions> & { answerTo?: (n: number) => Answer; stopAtMs?: number }

const simulate = async ({ answerTo, stopAtMs, ...some }: Case) => {
  const time = new VirtualTime()
  const ledger = new Ledger()
  const server = simulatedClient(time, answerTo ?? (() => ({ afterMs: 20, kind: 'ok' })))
  const run = startClosedLoop({
    client: server.client,
    observer: ledger,
    connections: 1,
    durationMs: 1000,
    requests: Number.POSITIVE_INFINITY,
    nextTarget: () => 0,
    graceMs: 1000,
    startAt: 0,
    now: time.now,
    after: time.after,
    ...some,
  })
  if (stopAtMs !== undefined) time.after(stopAtMs, () => run.stop('interrupted'))
  time.pass()
  const end = await run.finished
  assert.equal(ledger.imbalance(), null)
  return { ledger, end, ...server }
}

test('each connection sends its next request when the answer has come', async () => {
  const { sentAt, ledger, end } = await simulate({ connections: 2, durationMs: 50 })
  assert.deepEqual(sentAt, [0, 0, 20, 20, 40, 40])
  assert.equal(ledger.counts.ok, 6)
  assert.deepEqual(end, {
    reason: 'completed',
    durationSeconds: 0.05,
    scheduledSeconds: 0.05,
    maxWaiting: 0,
  })
})

test('a slow server is asked less, and no figure shows it', async () => {
  const frozen = (n: number): Answer => ({ afterMs: n === 5 ? 500 : 20, kind: 'ok' })
  const { ledger } = await simulate({ answerTo: frozen })
  // 25 requests in the second half, where 50 would have been sent without the freeze.
  assert.equal(ledger.planned, 26)
  // To within the histogram's thousandth.
  assert.equal(Math.round(ledger.responseTime.quantile(0.9) / 100), 200)
  assert.deepEqual(ledger.responseTime.toData(), ledger.serviceTime.toData())
  assert.equal(ledger.lateness.max, 0)
})

test('it ends after a number of requests, and took as long as it took to send them', async () => {
  const { ledger, end } = await simulate({ requests: 7, connections: 3 })
  assert.equal(ledger.planned, 7)
  assert.equal(end.durationSeconds, 0.04)
})

test('a connection that failed pauses before it tries again', async () => {
  const { sentAt } = await simulate({
    durationMs: 60,
    answerTo: () => ({ afterMs: 5, kind: 'error' }),
  })
  assert.deepEqual(sentAt, [0, 15, 30, 45])
})

test('what is in flight when the grace is over is cancelled', async () => {
  const { ledger } = await simulate({
    connections: 4,
    graceMs: 100,
    answerTo: (n) => ({ afterMs: n === 2 ? 1999 : 20, kind: n === 2 ? 'never' : 'ok' }),
  })
  assert.equal(ledger.counts.timeouts + ledger.counts.cancelled, 1)
})

test('an interrupted loop cancels what is in flight, and was never late in sending', async () => {
  const { ledger, end } = await simulate({ connections: 4, stopAtMs: 510 })
  assert.equal(ledger.counts.cancelled, 4)
  assert.equal(ledger.counts.ok, 100)
  assert.equal(ledger.counts.neverSent, 0)
  assert.deepEqual(end, {
    reason: 'interrupted',
    durationSeconds: 0.51,
    scheduledSeconds: 0.51,
    maxWaiting: 0,
  })
})

test('a stopped loop leaves no timer behind', () => {
  const time = new VirtualTime()
  let timers = 0
  const { client } = simulatedClient(time, () => ({ afterMs: 5, kind: 'error' }))
  const run = startClosedLoop({
    client,
    observer: new Ledger(),
    connections: 3,
    durationMs: 60_000,
    requests: Number.POSITIVE_INFINITY,
    nextTarget: () => 0,
    graceMs: 1000,
    startAt: 0,
    now: time.now,
    after: (ms, callback) => {
      timers += 1
      const cancel = time.after(ms, () => {
        timers -= 1
        callback()
      })
      return () => {
        timers -= 1
        cancel()
      }
    },
  })
  // All three connections pause after their first error.
  time.pass(7)
  assert.equal(timers, 4)
  run.stop('interrupted')
  assert.equal(timers, 0)
})

test('targets are taken in the order in which they were drawn', async () => {
  let n = 0
  const { targets } = await simulate({ requests: 5, nextTarget: () => n++ % 3 })
  assert.deepEqual(targets, [0, 1, 2, 0, 1])
})
