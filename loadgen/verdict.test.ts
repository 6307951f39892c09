import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { judge } from './verdict.ts'

const completed = { reason: 'completed', durationSeconds: 10, maxWaiting: 0 }

const ledgerOf = (latenessMs: number, requests = 100) => {
  const ledger = new Ledger()
  for (let n = 0; n < requests; n++) {
    ledger.due()
    ledger.sent(latenessMs)
    ledger.settled({ outcome: 'ok', status: 200, responseTimeMs: 5, serviceTimeMs: 5 })
  }
  return ledger
}

test('a generator in time, with time to spare, measured the server', () => {
  assert.deepEqual(judge(ledgerOf(1), completed, 0.5), { verdict: 'valid', reasons: [] })
})

test('a run without requests has nothing against it', () => {
  assert.equal(judge(new Ledger(), completed, 0).verdict, 'valid')
})

test('each way of being the bottleneck has its reason', () => {
  assert.deepEqual(judge(ledgerOf(30), completed, 0.5), {
    verdict: 'generator-limited',
    reasons: ['1 % of the requests were sent 30.0 ms late or more (allowed: 10 ms)'],
  })
  assert.deepEqual(judge(ledgerOf(1), completed, 0.95).reasons, [
    "the generator's thread was busy for 95 % of the run (allowed: 90 %)",
  ])
  assert.match(
    judge(ledgerOf(30), { ...completed, maxWaiting: 7 }, 0.5).reasons[1] ?? '',
    /^up to 7 requests at once waited for a place: raise --max-in-flight$/,
  )
  const short = ledgerOf(1)
  short.errorCodes.set('EMFILE', 1)
  assert.deepEqual(judge(short, completed, 0.5).reasons, ['this machine ran out of means: EMFILE'])
})

test('requests never sent count against a run that completed, and not against one that was stopped', () => {
  const ledger = ledgerOf(1)
  ledger.due()
  ledger.settled({ outcome: 'neverSent' })
  assert.deepEqual(judge(ledger, completed, 0.5).reasons, [
    'requests that were due and never sent: 1',
  ])
  assert.equal(judge(ledger, { ...completed, reason: 'interrupted' }, 0.5).verdict, 'valid')
})
