import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exitCodeOf } from './exit-code.ts'
import { Ledger } from './ledger.ts'
import type { Settlement } from './run.ts'

const okay: Settlement = {
  outcome: 'ok',
  status: 200,
  responseTimeMs: 12,
  serviceTimeMs: 10,
  connectTimeMs: 0,
}
const refused: Settlement = { outcome: 'networkErrors', code: 'ECONNREFUSED', connected: false }
const reset: Settlement = { outcome: 'networkErrors', code: 'ECONNRESET', connected: true }

const ledgerOf = (...settlements: Settlement[]) => {
  const ledger = new Ledger()
  for (const settlement of settlements) {
    ledger.due()
    if (settlement.outcome !== 'neverSent') ledger.sent(1)
    ledger.settled(settlement)
  }
  return ledger
}

test('each settlement is counted once, where it belongs', () => {
  const failed: Settlement = { ...okay, outcome: 'httpErrors', status: 503 }
  const ledger = ledgerOf(
    okay,
    okay,
    failed,
    reset,
    refused,
    refused,
    { outcome: 'timeouts' },
    {
      outcome: 'cancelled',
    },
    { outcome: 'neverSent' },
  )
  assert.equal(ledger.planned, 9)
  assert.equal(ledger.sentCount, 8)
  assert.deepEqual(ledger.counts, {
    ok: 2,
    httpErrors: 1,
    networkErrors: 3,
    timeouts: 1,
    cancelled: 1,
    neverSent: 1,
  })
  assert.deepEqual(
    [...ledger.statusCodes],
    [
      [200, 2],
      [503, 1],
    ],
  )
  assert.deepEqual(
    [...ledger.errorCodes],
    [
      ['ECONNRESET', 1],
      ['ECONNREFUSED', 2],
    ],
  )
  assert.equal(ledger.responseTime.count, 3)
  assert.equal(ledger.responseTime.mean, 12_000)
  assert.equal(ledger.serviceTime.mean, 10_000)
  assert.equal(ledger.lateness.count, 8)
  assert.equal(ledger.imbalance(), null)
})

test('a request without an outcome, or with two, breaks the account', () => {
  const lost = ledgerOf(okay)
  lost.due()
  lost.sent(0)
  assert.equal(lost.imbalance(), '2 requests were planned, and 1 have an outcome')
  const doubled = ledgerOf(okay)
  doubled.settled({ outcome: 'timeouts' })
  assert.equal(doubled.imbalance(), '1 requests were planned, and 2 have an outcome')
})

test('a request that was never sent, and sent, breaks the account', () => {
  const ledger = ledgerOf({ outcome: 'neverSent' })
  ledger.sent(0)
  assert.match(ledger.imbalance() ?? '', /^1 requests were sent, of 1 planned less 1 never sent$/)
})

test('an answer without its times breaks the account', () => {
  const ledger = ledgerOf(okay)
  ledger.responseTime.clear()
  assert.match(ledger.imbalance() ?? '', /^1 requests were answered, and 0 have a response time/)
})

test('the target is not there when there were failures to connect, and nothing else', () => {
  assert.equal(ledgerOf().onlyConnectFailures, false)
  assert.equal(ledgerOf(refused, refused).onlyConnectFailures, true)
  assert.equal(ledgerOf(refused, okay).onlyConnectFailures, false)
  assert.equal(ledgerOf(refused, reset).onlyConnectFailures, false)
  assert.equal(ledgerOf({ outcome: 'timeouts' }).onlyConnectFailures, false)
})

test('each end of a run has its exit code', () => {
  const broken = ledgerOf(okay)
  broken.due()
  assert.equal(exitCodeOf(ledgerOf(okay), 'completed'), 0)
  assert.equal(exitCodeOf(ledgerOf(), 'completed'), 0)
  assert.equal(exitCodeOf(ledgerOf({ ...okay, outcome: 'httpErrors' }), 'completed'), 0)
  assert.equal(exitCodeOf(broken, 'interrupted'), 1)
  assert.equal(exitCodeOf(ledgerOf(refused), 'given up'), 4)
  assert.equal(exitCodeOf(ledgerOf({ outcome: 'timeouts' }), 'completed'), 4)
  assert.equal(exitCodeOf(ledgerOf(okay), 'completed', { fault: true }), 1)
  assert.equal(exitCodeOf(ledgerOf(okay), 'completed', { limited: true }), 5)
  assert.equal(exitCodeOf(ledgerOf(refused), 'given up', { limited: true }), 4)
  assert.equal(exitCodeOf(ledgerOf(okay), 'interrupted', { limited: true }), 130)
  assert.equal(exitCodeOf(ledgerOf(okay), 'interrupted'), 130)
  assert.equal(exitCodeOf(ledgerOf({ outcome: 'cancelled' }), 'interrupted'), 130)
})
