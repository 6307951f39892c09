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

/** 100 requests: 98 good answers with response times of 1 to 98 ms, each served in 1 ms; one 500, one timeout. */
const ledger = () => {
  const ledger = new Ledger()
  for (let n = 1; n <= 100; n++) {
    ledger.due()
    ledger.sent(0)
    if (n === 100) ledger.settled({ outcome: 'timeouts' })
    else {
      const [outcome, status] = n === 99 ? (['httpErrors', 500] as const) : (['ok', 200] as const)
      ledger.settled({ outcome, status, responseTimeMs: n, serviceTimeMs: 1 })
    }
  }
  return ledger
}

const hundred = (): Run => ({ ledger: ledger(), achieved: 49, scheduled: 50 })

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
    ['p100=99ms', true, 0.099],
    ['response.max<99ms', false, 0.099],
    ['max<1m', true, 0.099],
    ['min>=1ms', true, 0.001],
    ['mean<51ms', true, 0.05],
    ['service.p99.9<=1ms', true, 0.001],
    ['service.mean<0.5ms', false, 0.001],
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
    ['  p99.9  <  2.1s ', true, 0.099],
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
    assert.deepEqual(check(text, nothing), { expectation: text, passed: false, seen: null })
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
      return formatSeen(expectation, checked?.seen ?? null).length > 0
    }),
    { numRuns: 2000 },
  )
})

test('what was seen is written in the unit of the expectation', () => {
  const written = (text: string) => formatSeen(parsed(text), check(text).seen)
  assert.equal(written('max<2s'), '99.0 ms')
  assert.equal(written('errors<0.1%'), '2 %')
  assert.equal(written('ok>=1000'), '98')
  assert.equal(written('achieved>=50/s'), '49/s')
  assert.equal(formatSeen(parsed('p99<2s'), null), 'nothing was measured')
})
