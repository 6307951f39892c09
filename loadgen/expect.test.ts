import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  checkExpectations,
  type Expectation,
  formatSeen,
  parseExpectation,
  type Run,
} from './expect.ts'
import { Ledger } from './ledger.ts'

const parsed = (text: string): Expectation => {
  const expectation = parseExpectation(text)
  assert.ok('measure' in expectation, `${text}: ${JSON.stringify(expectation)}`)
  return expectation
}

/**
 * 100 requests, each served in 1 ms, with response times of 1 to 100 ms; the slowest answer but `unanswered`
 * is a 500, and those are timeouts.
 */
const ledger = (unanswered: number) => {
  const ledger = new Ledger()
  for (let n = 1; n <= 100; n++) {
    ledger.due()
    ledger.sent(0)
    if (n > 100 - unanswered) ledger.settled({ outcome: 'timeouts' })
    else {
      const [outcome, status] =
        n === 100 - unanswered ? (['httpErrors', 500] as const) : (['ok', 200] as const)
      ledger.settled({ outcome, status, responseTimeMs: n, serviceTimeMs: 1, connectTimeMs: 0 })
    }
  }
  return ledger
}

const hundred = (unanswered = 1): Run => ({
  ledger: ledger(unanswered),
  achieved: 49,
  scheduled: 50,
})

const check = (text: string, run = hundred()) => {
  const [checked] = checkExpectations([parsed(text)], run)
  assert.ok(checked)
  return checked
}

test('each kind of measure is compared with what was seen', () => {
  const table: [string, boolean, number][] = [
    ['p50<51ms', true, 0.05],
    ['p50<50ms', false, 0.05],
    ['p50<=50.1ms', true, 0.05],
    ['p50>50.1ms', false, 0.05],
    ['min<=1ms', true, 0.001],
    ['min<1ms', false, 0.001],
    ['min>1ms', false, 0.001],
    ['p99=99ms', true, 0.099],
    ['response.p99<99ms', false, 0.099],
    ['min>=1ms', true, 0.001],
    ['service.p99<=1ms', true, 0.001],
    ['errors<2%', false, 0.02],
    ['errors<=2%', true, 0.02],
    ['errors=2', true, 2],
    ['timeouts<1%', false, 0.01],
    ['httpErrors=1', true, 1],
    ['neverSent=0', true, 0],
    ['ok>=98', true, 98],
    ['ok>=99%', false, 0.98],
    ['planned=100', true, 100],
    ['sent>100', false, 100],
    ['achieved>=98%', true, 0.98],
    ['achieved>98%', false, 0.98],
    ['achieved>=49.5/s', false, 49],
    ['achieved>=48.5 /s', true, 49],
    ['  p98.9  <  2.1s ', true, 0.099],
  ]
  for (const [text, passed, seen] of table) {
    const checked = check(text)
    assert.equal(checked.passed, passed, text)
    assert.ok(Math.abs((checked.seen ?? Number.NaN) - seen) < seen / 1000 + 1e-12, text)
    assert.equal(checked.expectation, text)
  }
})

test('a quantile is named as one says it, or as the JSON result has it', () => {
  assert.deepEqual(parsed('p99_9<1s').measure, parsed('p99.9<1s').measure)
  assert.deepEqual(parsed('p99.9<1s').measure, {
    unit: 'seconds',
    time: 'responseTime',
    statistic: 0.999,
  })
})

test('a share that is met exactly is met, whatever floating point makes of it', () => {
  for (let errors = 1; errors < 1000; errors++) {
    const ledger = new Ledger()
    ledger.planned = 1000
    ledger.counts.ok = 1000 - errors
    const run = { ledger, achieved: null, scheduled: null }
    assert.equal(check(`errors<=${(errors / 10).toFixed(1)}%`, run).passed, true, `${errors}`)
  }
})

test('what was not measured fails', () => {
  const nothing = { ledger: new Ledger(), achieved: null, scheduled: null }
  for (const text of ['p99<1h', 'max>0.001ms', 'errors<=100%', 'achieved>=0%', 'achieved>=0/s']) {
    const failed = { expectation: text, passed: false, seen: null, unanswered: null }
    assert.deepEqual(check(text, nothing), failed)
  }
  assert.equal(check('ok=0', nothing).passed, true)
})

test('each mistake is answered by what is allowed', () => {
  const table: [string, RegExp][] = [
    ['', /^must be a measure, one of < <= > >= =, and a limit, such as p99<2\.1s$/],
    ['p99', /^must be a measure/],
    ['p99<', /^must be a measure/],
    ['<2s', /^must be a measure/],
    ['p99==2s', /^must be a measure/],
    ['p99=>2s', /^must be a measure/],
    ['p101<2s', /^p101 is no measure; there are p50, p99\.9 and any other quantile, mean/],
    ['p999<2s', /^p999 is no measure/],
    ['service.errors<1%', /^service\.errors is no measure/],
    ['toString<1%', /^toString is no measure/],
    ['p99<2', /^the limit must be a duration such as 500ms or 2\.1s$/],
    ['p99<2%', /^the limit must be a duration/],
    ['errors<0.1', /^the limit must be a share such as 0\.1%, or a whole number of requests$/],
    ['errors<1s', /^the limit must be a share/],
    ['achieved>=99', /^the limit must be a share such as 0\.1%, or a rate such as 49\.5\/s$/],
  ]
  for (const [text, says] of table) {
    const expectation = parseExpectation(text)
    assert.ok('mistake' in expectation, text)
    assert.match(expectation.mistake, says, text)
  }
})

test('without a request that had no answer, mean and maximum are those of all', () => {
  const table: [string, boolean, number][] = [
    ['p100=100ms', true, 0.1],
    ['response.max<100ms', false, 0.1],
    ['max<1m', true, 0.1],
    ['mean=50.5ms', true, 0.0505],
    ['service.p99.9<=1ms', true, 0.001],
    ['service.mean<0.5ms', false, 0.001],
  ]
  for (const [text, passed, seen] of table) {
    const checked = { expectation: text, passed, seen, unanswered: null }
    assert.deepEqual(check(text, hundred(0)), checked)
  }
})

test('a request without an answer is slower than any limit, and leaves no statistic that it is part of', () => {
  const table: [string, number, boolean, number | null][] = [
    // 10 of 100 had none: ranks up to 90 are answers, and the 91st is not.
    ['p90<91ms', 10, true, 0.09],
    ['p91<1h', 10, false, null],
    ['p99<1h', 10, false, null],
    ['service.p91<1h', 10, false, null],
    ['mean<1h', 10, false, null],
    ['max<1h', 10, false, null],
    ['max>1h', 10, true, null],
    ['min<=1ms', 10, true, 0.001],
  ]
  for (const [text, unanswered, passed, seen] of table) {
    const share = seen === null ? unanswered / 100 : null
    assert.deepEqual(check(text, hundred(unanswered)), {
      expectation: text,
      passed,
      seen,
      unanswered: share,
    })
  }
})

test('what was never sent has no service time to miss, and what was cancelled is nobody’s', () => {
  const { ledger } = hundred(0)
  for (const outcome of ['neverSent', 'cancelled'] as const) {
    ledger.due()
    if (outcome === 'cancelled') ledger.sent(0)
    ledger.settled({ outcome })
  }
  const run = { ledger, achieved: 49, scheduled: 50 }
  assert.equal(check('p100<1h', run).passed, false)
  assert.equal(check('service.p100<1h', run).passed, true)
  assert.equal(check('p99<=100ms', run).passed, true)
})

test('no text makes the parser throw, and what it takes can be checked', () => {
  const piece = fc.constantFrom('p', '99', '.', '<', '>=', '%', 's', 'errors', 'ok', ' ', '/s', '_')
  const text = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (text) => {
      const expectation = parseExpectation(text)
      if ('mistake' in expectation) return expectation.mistake.length > 0
      const run = { ledger: new Ledger(), achieved: null, scheduled: null }
      const [checked] = checkExpectations([expectation], run)
      return checked !== undefined && formatSeen(expectation, checked).length > 0
    }),
    { numRuns: 2000 },
  )
})

test('what was seen is written in the unit of the expectation', () => {
  const written = (text: string) => formatSeen(parsed(text), check(text))
  assert.equal(written('p99<2s'), '99.0 ms')
  assert.equal(written('max<2s'), 'none, as 1 % had no answer')
  assert.equal(written('errors<0.1%'), '2 %')
  assert.equal(written('ok>=1000'), '98')
  assert.equal(written('achieved>=50/s'), '49/s')
  const nothing = { ledger: new Ledger(), achieved: null, scheduled: null }
  const unseen = check('p99<2s', nothing)
  assert.equal(formatSeen(parsed('p99<2s'), unseen), 'nothing was measured')
})
