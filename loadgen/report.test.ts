import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { type Options, parseOptions } from './options.ts'
import { renderReport } from './report.ts'
import { type RunRecord, resultOf } from './result.ts'
import { judge } from './verdict.ts'

const optionsOf = (...args: string[]): Options => {
  const parsed = parseOptions(args)
  assert.ok('options' in parsed)
  return parsed.options
}

const healthy = {
  threads: [{ utilization: 0.1, longestPauseMs: 6 }],
  throttling: { periods: 0, seconds: 0 },
}

/** Requests a second apart: response times in milliseconds of those answered, all served within 10 ms. */
const recordOf = (
  responseTimesMs: number[],
  change: (ledger: Ledger) => void = () => {},
): RunRecord => {
  const ledger = new Ledger()
  for (const responseTimeMs of responseTimesMs) {
    ledger.due()
    ledger.sent(0.5)
    const serviceTimeMs = Math.min(10, responseTimeMs)
    ledger.settled({ outcome: 'ok', status: 200, responseTimeMs, serviceTimeMs })
  }
  change(ledger)
  const end = { reason: 'completed', durationSeconds: 10, maxWaiting: 0 }
  return {
    options: optionsOf('--duration', '10s', '--rate', '10', 'http://127.0.0.1:8080/'),
    ledger,
    end,
    verdict: judge(ledger, end, healthy),
    staleRetries: 0,
    startedAt: new Date('2026-01-02T03:04:05Z'),
    fault: null,
  }
}

const timesOut = (ledger: Ledger) => {
  ledger.due()
  ledger.sent(0.5)
  ledger.settled({ outcome: 'timeouts' })
}

const hundred = Array.from({ length: 100 }, (_, i) => i + 1)

test('the result has every name of the contract, in seconds and whole numbers', () => {
  const result = resultOf(recordOf(hundred))
  assert.deepEqual(JSON.parse(JSON.stringify(result)), {
    planned: 100,
    sent: 100,
    ok: 100,
    httpErrors: 0,
    networkErrors: 0,
    timeouts: 0,
    cancelled: 0,
    neverSent: 0,
    staleRetries: 0,
    statusCodes: { 200: 100 },
    errorCodes: {},
    rate: { asked: 10, achieved: 10 },
    responseTime: {
      count: 100,
      mean: 0.0505,
      min: 0.001,
      max: 0.1,
      p50: 0.050015,
      p75: 0.075007,
      p90: 0.090047,
      p95: 0.095039,
      p99: 0.099007,
      p99_9: 0.1,
      p99_99: 0.1,
    },
    serviceTime: {
      count: 100,
      mean: 0.00955,
      min: 0.001,
      max: 0.01,
      p50: 0.01,
      p75: 0.01,
      p90: 0.01,
      p95: 0.01,
      p99: 0.01,
      p99_9: 0.01,
      p99_99: 0.01,
    },
    lateness: {
      count: 100,
      mean: 0.0005,
      min: 0.0005,
      max: 0.0005,
      p50: 0.0005,
      p75: 0.0005,
      p90: 0.0005,
      p95: 0.0005,
      p99: 0.0005,
      p99_9: 0.0005,
      p99_99: 0.0005,
    },
    verdict: 'valid',
    reasons: [],
    seed: 1,
    startedAt: '2026-01-02T03:04:05.000Z',
    durationSeconds: 10,
    options: {
      url: 'http://127.0.0.1:8080/',
      rate: 10,
      durationSeconds: 10,
      requests: null,
      profile: 'constant',
      arrivals: 'poisson',
      seed: 1,
      timeoutSeconds: 10,
      maxInFlight: 10_000,
      connections: null,
      workers: 1,
      method: 'GET',
      targets: '1 http://127.0.0.1:8080/',
    },
  })
})

test('a result of nothing has null where there is no number', () => {
  const empty = recordOf([])
  empty.end = { ...empty.end, durationSeconds: 0 }
  const result = resultOf(empty)
  assert.deepEqual(result.rate, { asked: 10, achieved: null })
  assert.equal(result.responseTime.count, 0)
  assert.deepEqual(new Set(Object.values(result.responseTime).slice(1)), new Set([null]))
})

test('the report has the account, both times side by side, and the verdict', () => {
  const lines = renderReport(recordOf(hundred, timesOut), { colour: false }).split('\n')
  const has = (line: string) => assert.ok(lines.includes(line), `${line}\n\n${lines.join('\n')}`)
  has('http://127.0.0.1:8080/')
  has('10s; asked for 10 requests/s, sent 10.1/s (poisson arrivals, seed 1)')
  has('  planned                101')
  has('  ok                     100   99.01 %  200: 100')
  has('  timeouts                 1    0.99 %  after 10 s')
  has('             response time    service time')
  has('  p50              50.0 ms         10.0 ms')
  has('  p99              99.0 ms         10.0 ms')
  has('  mean             50.5 ms         9.55 ms')
  has('Verdict: valid.')
})

test('requests that were cut off are told from those that failed', () => {
  const cutOff = (ledger: Ledger) => {
    ledger.due()
    ledger.sent(0.5)
    ledger.settled({ outcome: 'cancelled' })
  }
  const text = renderReport(recordOf(hundred, cutOff), { colour: false })
  assert.match(
    text,
    /^1 request had no answer yet when the run was ended, and is in no quantile\.$/m,
  )
  assert.doesNotMatch(text, /slower than any/)
})

test('when waiting made the difference, the report says what a closed loop would have hidden', () => {
  const text = renderReport(recordOf(hundred), { colour: false })
  assert.match(text, /p99 is 99\.0 ms, of which a closed-loop tool, .* shows 10\.0 ms\./)
  const calm = renderReport(recordOf(hundred.map((ms) => ms / 20)), { colour: false })
  assert.doesNotMatch(calm, /closed-loop/)
})

test('requests without an answer are said to be missing from the quantiles', () => {
  const text = renderReport(recordOf(hundred, timesOut), { colour: false })
  assert.match(text, /^1 request \(0\.99 %\) had no answer and is in no quantile/m)
  assert.doesNotMatch(renderReport(recordOf(hundred), { colour: false }), /no answer/)
})

test('the reasons of a verdict have a line each', () => {
  const record = recordOf(hundred)
  record.verdict = { verdict: 'generator-limited', reasons: ['it was late', 'it was busy'] }
  const text = renderReport(record, { colour: false })
  assert.match(text, /^Verdict: generator-limited\.\n {2}- it was late\n {2}- it was busy\n$/m)
})

test('a report of nothing has no table of times, and no NaN', () => {
  const text = renderReport(recordOf([]), { colour: false })
  assert.doesNotMatch(text, /NaN|undefined|Infinity|response time/)
  assert.match(text, /No answer, so nothing was measured\./)
})

test('without colour there is no escape sequence, and with it there is', () => {
  assert.equal(renderReport(recordOf(hundred), { colour: false }).includes('\x1b'), false)
  assert.equal(renderReport(recordOf(hundred), { colour: true }).includes('\x1b[1m'), true)
})

test('no line is wider than a hundred columns', () => {
  const lines = renderReport(recordOf(hundred, timesOut), { colour: false }).split('\n')
  assert.deepEqual(
    lines.filter((line) => line.length > 100),
    [],
  )
})
