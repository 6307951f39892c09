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
  longestOpeningMs: 0,
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
    ledger.settled({ outcome: 'ok', status: 200, responseTimeMs, serviceTimeMs, connectTimeMs: 0 })
  }
  change(ledger)
  const end = { reason: 'completed', durationSeconds: 10, scheduledSeconds: 10, maxWaiting: 0 }
  return {
    options: optionsOf('--duration', '10s', '--rate', '10', 'http://127.0.0.1:8080/'),
    ledger,
    end,
    verdict: judge(ledger, end, healthy),
    staleRetries: 0,
    startedAt: new Date('2026-01-02T03:04:05Z'),
    series: null,
    fault: null,
  }
}

const timesOut = (ledger: Ledger) => {
  ledger.due()
  ledger.sent(0.5)
  ledger.settled({ outcome: 'timeouts' })
}

const plain = { colour: false, columns: 80 }

const hundred = Array.from({ length: 100 }, (_, i) => i + 1)

test('the result has every name of the contract, in seconds and whole numbers', () => {
  const record = recordOf(hundred)
  record.ledger.connectTime.record(4000)
  const result = resultOf(record)
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
    connectTime: {
      count: 1,
      mean: 0.004,
      min: 0.004,
      max: 0.004,
      p50: 0.004,
      p75: 0.004,
      p90: 0.004,
      p95: 0.004,
      p99: 0.004,
      p99_9: 0.004,
      p99_99: 0.004,
    },
    verdict: 'valid',
    reasons: [],
    expectations: [],
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
      shard: '0/1',
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
  const lines = renderReport(recordOf(hundred, timesOut), plain).split('\n')
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
  has('  min              1.00 ms         1.00 ms')
  has('  p99.9             100 ms         10.0 ms')
  has('  max               100 ms         10.0 ms')
  has('Verdict: valid; requests went out when due, so these are the server’s times, of')
  has('the 100 requests with an answer.')
  const allAnswered = renderReport(recordOf(hundred), plain)
  assert.match(allAnswered, /^Verdict: valid; .* so these are the server’s times\.$/m)
})

test('requests that were cut off are told from those that failed', () => {
  const cutOff = (ledger: Ledger) => {
    ledger.due()
    ledger.sent(0.5)
    ledger.settled({ outcome: 'cancelled' })
  }
  const text = renderReport(recordOf(hundred, cutOff), plain)
  assert.match(
    text,
    /^1 request had no answer yet when the run was ended, and is in no quantile\.$/m,
  )
  assert.doesNotMatch(text, /slower than any/)
})

test('when waiting made the difference, the report says what a tool without due times hides', () => {
  const text = renderReport(recordOf(hundred), plain)
  assert.match(
    text,
    /^Coordinated omission: requests waited before they could be sent\. p99\.9 is\n100 ms; a tool that counts since sent would have said 10\.0 ms\.$/m,
  )
  const calm = renderReport(recordOf(hundred.map((ms) => ms / 20)), plain)
  assert.doesNotMatch(calm, /Coordinated omission/)
})

test('a few milliseconds of a busy scheduler are no coordinated omission', () => {
  const text = renderReport(recordOf([...hundred.map(() => 1), 29]), plain)
  assert.match(text, /^ {2}p99\.9 +29\.0 ms +10\.0 ms$/m)
  assert.doesNotMatch(text, /Coordinated omission/)
})

test('a little waiting beside much service is no coordinated omission', () => {
  const record = recordOf([])
  record.ledger.due()
  record.ledger.sent(0)
  record.ledger.settled({
    outcome: 'ok',
    status: 200,
    responseTimeMs: 1030,
    serviceTimeMs: 1000,
    connectTimeMs: 0,
  })
  assert.doesNotMatch(renderReport(record, plain), /Coordinated omission/)
})

test('waiting that the median alone shows is pointed out too', () => {
  const record = recordOf([])
  for (let n = 0; n < 10; n++) {
    record.ledger.due()
    record.ledger.sent(0)
    const [responseTimeMs, serviceTimeMs] = n < 7 ? [60, 10] : [100, 100]
    record.ledger.settled({
      outcome: 'ok',
      status: 200,
      responseTimeMs,
      serviceTimeMs,
      connectTimeMs: 0,
    })
  }
  assert.match(renderReport(record, plain), /p50 is 60\.0 ms;\s.*\ssaid 10\.0 ms/)
})

test('requests without an answer are said to be missing from the quantiles', () => {
  const text = renderReport(recordOf(hundred, timesOut), plain)
  assert.match(text, /^1 request \(0\.99 %\) had no answer and is in no quantile/m)
  assert.doesNotMatch(renderReport(recordOf(hundred), plain), /no answer/)
})

test('the reasons of a verdict have a line each, with what to do', () => {
  const record = recordOf(hundred)
  record.verdict = { verdict: 'generator-limited', reasons: ['it was late', 'it was busy'] }
  const text = renderReport(record, plain)
  assert.match(
    text,
    /^Verdict: generator-limited; .*\n.*lower\srate[\s\S]*?\n {2}- it was late\n {2}- it was busy\n$/m,
  )
})

test('each expectation has a line with what was seen, in the report and in the result', () => {
  const record = recordOf(hundred, timesOut)
  record.options = optionsOf('--duration', '10s', '--expect', 'p99<50ms', '--expect', 'errors<1%')
  assert.deepEqual(resultOf(record).expectations, [
    { expectation: 'p99<50ms', passed: false, seen: 0.1, unanswered: null },
    { expectation: 'errors<1%', passed: true, seen: 1 / 101, unanswered: null },
  ])
  const text = renderReport(record, plain)
  assert.match(
    text,
    /^Expectations: 1 of 2 failed\.\n {2}failed {2}p99<50ms {3}seen: 100 ms\n {2}holds {3}errors<1% {2}seen: 0\.9901 %$/m,
  )
  record.options = optionsOf('--expect', 'errors<1%')
  assert.match(renderReport(record, plain), /^Expectations: all hold\.$/m)
})

test('the share that was achieved is of what the schedule held', () => {
  const seen = (line: string, scheduledSeconds: number, durationSeconds: number) => {
    const record = recordOf(hundred)
    record.options = optionsOf(...line.split(' '), '--expect', 'achieved>=99%')
    record.end = { ...record.end, durationSeconds, scheduledSeconds }
    return resultOf(record).expectations[0]?.seen
  }
  // 100 requests were planned, and sent, each time.
  assert.equal(seen('--duration 10s --rate 12', 10, 10), 1)
  assert.equal(seen('--duration 10s --rate 10', 10, 20), 0.5)
  assert.equal(seen('--requests 100 --rate 10', 9.7, 9.7), 1)
  assert.equal(seen('--requests 100 --rate 10', 9.7, 19.4), 0.5)
})

test('where the answers are errors, it is said that the quantiles are theirs', () => {
  const failed = (ledger: Ledger) => {
    ledger.due()
    ledger.sent(0)
    const times = { responseTimeMs: 1, serviceTimeMs: 1, connectTimeMs: 0 }
    ledger.settled({ outcome: 'httpErrors', status: 503, ...times })
  }
  assert.match(
    renderReport(recordOf(hundred.slice(0, 3), failed), plain),
    /^1 request of the 4 answered \(25\.00 %\) had an error for an answer, and is in the\nquantiles\.$/m,
  )
})

test('waiting for a connection is told from waiting for an answer', () => {
  const record = recordOf(hundred)
  record.ledger.connectTime.record(940_000)
  assert.match(
    renderReport(record, plain),
    /^1 request of the 100 answered waited for a connection to open, up to\n940 ms: that is in the response time, and not in the service time\.$/m,
  )
  const quick = recordOf(hundred)
  quick.ledger.connectTime.record(19_000)
  assert.doesNotMatch(renderReport(quick, plain), /connection to open/)
})

test('several targets are all named, and so is a profile', () => {
  const record = recordOf(hundred)
  const options = '--duration 1m --profile steps:10,20 --target|3 http://a/x --target|1 http://b/'
  record.options = optionsOf(
    ...options.split(' --').flatMap((one, n) => {
      const [name = '', ...value] = (n > 0 ? `--${one}` : one).split(/[ |](.*)/s).filter(Boolean)
      return [name, ...value]
    }),
  )
  const text = renderReport(record, plain)
  assert.match(text, /^3 × http:\/\/a\/x\n1 × http:\/\/b\/\n/)
  assert.match(text, /\(steps:10,20, poisson\s+arrivals, seed 1\)/)
})

test('advice is what can be done: places where they lacked, and no rate in a closed loop', () => {
  const record = recordOf(hundred)
  const reasons = ['up to 7 requests at once waited for a place among --max-in-flight']
  record.verdict = { verdict: 'generator-limited', reasons }
  assert.match(
    renderReport(record, plain).replaceAll('\n', ' '),
    /raise --max-in-flight, ask for a lower rate, or give/,
  )
  record.options = optionsOf('--closed')
  assert.match(
    renderReport(record, plain).replaceAll('\n', ' '),
    /take fewer --connections, or give/,
  )
})

test('where nothing was measured, the reasons why are there all the same', () => {
  const record = recordOf([])
  const reasons = ['requests that were due and never sent: 7']
  record.verdict = { verdict: 'generator-limited', reasons }
  assert.match(
    renderReport(record, plain),
    /^No answer, so nothing was measured\. Verdict: generator-limited\.\n {2}- requests that were due and never sent: 7$/m,
  )
})

test('a closed loop is not said to have sent when due', () => {
  const record = recordOf(hundred)
  record.options = optionsOf('--closed', '--duration', '10s')
  const text = renderReport(record, plain)
  assert.match(text, /^10s; 10 connections in a closed loop, sent 10\/s$/m)
  assert.match(text, /^In a closed loop each connection waits/m)
  assert.doesNotMatch(text, /when (they were )?due/)
})

test('a report of nothing has no table of times, and no NaN', () => {
  const text = renderReport(recordOf([]), plain)
  assert.doesNotMatch(text, /NaN|undefined|Infinity|response/)
  assert.match(text, /No answer, so nothing was measured\./)
})

test('without colour there is no escape sequence, and with it there is', () => {
  assert.equal(renderReport(recordOf(hundred), plain).includes('\x1b'), false)
  assert.equal(
    renderReport(recordOf(hundred), { ...plain, colour: true }).includes('\x1b[1m'),
    true,
  )
})

const worstOf = (columns: number) => {
  const record = recordOf(hundred, (ledger) => {
    for (let n = 0; n < 40; n++) {
      ledger.due()
      ledger.sent(0.5)
      ledger.settled({ outcome: 'networkErrors', code: `ECODE${n}`, connected: true })
    }
    timesOut(ledger)
  })
  record.staleRetries = 3
  record.options = optionsOf('--expect', 'service.p99.9<=2.1s')
  record.verdict = { verdict: 'generator-limited', reasons: ['it was late '.repeat(20).trim()] }
  return renderReport(record, { colour: false, columns }).split('\n')
}

test('in colour, an expectation that failed is red, and one that holds is not', () => {
  const record = recordOf(hundred)
  record.options = optionsOf('--expect', 'p99<1ms', '--expect', 'errors<1%')
  const lines = renderReport(record, { ...plain, colour: true }).split('\n')
  assert.ok(lines.some((line) => line.startsWith('\x1b[31m  failed  p99<1ms')))
  assert.ok(lines.some((line) => line.startsWith('  holds   errors<1%')))
})

test('no line is wider than the terminal, down to 44 columns', () => {
  for (const columns of [44, 50, 60, 80, 96]) {
    const wider = worstOf(columns).filter((line) => line.length > columns)
    assert.deepEqual(wider, [], `${columns} columns`)
  }
})

test('a terminal that is very narrow or very wide gets what 44 or 96 columns get', () => {
  assert.deepEqual(worstOf(10), worstOf(44))
  assert.deepEqual(worstOf(500), worstOf(96))
})
