import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Options, parseOptions } from './options.ts'

const optionsOf = (...args: string[]): Options => {
  const parsed = parseOptions(args)
  assert.ok('options' in parsed, JSON.stringify(parsed))
  return parsed.options
}

const mistakesOf = (...args: string[]): string[] => {
  const parsed = parseOptions(args)
  assert.ok('mistakes' in parsed, args.join(' '))
  return parsed.mistakes
}

test('without arguments, 50 requests a second go to 127.0.0.1:8080 for a minute', () => {
  assert.deepEqual(optionsOf(), {
    url: new URL('http://127.0.0.1:8080/'),
    targets: [{ weight: 1, url: new URL('http://127.0.0.1:8080/') }],
    rate: 50,
    durationMs: 60_000,
    requests: null,
    profile: { kind: 'constant', rate: 50 },
    arrivals: 'poisson',
    seed: 1,
    timeoutMs: 10_000,
    maxInFlight: 10_000,
    connections: null,
    workers: 1,
    shard: { index: 0, count: 1 },
    startAt: null,
    method: 'GET',
    headers: [],
    body: null,
    ca: null,
    strict: false,
    json: null,
    hdr: null,
    html: null,
    expect: [],
    metricsPort: 9464,
    awaitScrape: null,
    progress: true,
    help: false,
  })
})

test('every option is read', () => {
  const line =
    '--rate 12.5 --duration=90s --requests 10 --profile sine:20..80/60s --arrivals even --seed 7 --timeout 500ms --max-in-flight 30 --workers 2 --shard 1/5 --start-at 2026-03-01T12:00:00Z --method PUT --header A:b --header C:d --body @f --ca c.pem --strict --json - --hdr run.hlog --html run.html --metrics-port 1234 --await-scrape http://127.0.0.1:9090 --no-progress -h http://127.0.0.1:1/x?y=1'
  assert.deepEqual(optionsOf(...line.split(' ')), {
    url: new URL('http://127.0.0.1:1/x?y=1'),
    targets: [{ weight: 1, url: new URL('http://127.0.0.1:1/x?y=1') }],
    rate: 12.5,
    durationMs: 90_000,
    requests: 10,
    profile: { kind: 'sine', from: 20, to: 80, periodSeconds: 60 },
    arrivals: 'even',
    seed: 7,
    timeoutMs: 500,
    maxInFlight: 30,
    connections: null,
    workers: 2,
    shard: { index: 1, count: 5 },
    startAt: new Date('2026-03-01T12:00:00Z'),
    method: 'PUT',
    headers: [
      ['A', 'b'],
      ['C', 'd'],
    ],
    body: '@f',
    ca: 'c.pem',
    strict: true,
    json: '-',
    hdr: 'run.hlog',
    html: 'run.html',
    expect: [],
    metricsPort: 1234,
    awaitScrape: new URL('http://127.0.0.1:9090'),
    progress: false,
    help: true,
  })
})

test('a number of requests alone has no duration', () => {
  assert.equal(optionsOf('--requests', '10').durationMs, null)
})

test('the last of an option given twice holds', () => {
  assert.equal(optionsOf('--rate', '5', '--rate', '6').rate, 6)
})

test('every expectation counts, in the order given', () => {
  const { expect } = optionsOf('--expect', 'p99<2.1s', '--rate', '5', '--expect=errors<0.1%')
  assert.deepEqual(
    expect.map(({ text, limit }) => [text, limit]),
    [
      ['p99<2.1s', 2.1],
      ['errors<0.1%', 0.001],
    ],
  )
})

test('every mistaken expectation is named', () => {
  assert.deepEqual(mistakesOf('--expect', 'p99<2', '--expect', 'p99<2s', '--expect', 'p99'), [
    '--expect p99<2: the limit must be a duration such as 500ms or 2.1s',
    '--expect p99: must be a measure, one of < <= > >= =, and a limit, such as p99<2.1s',
  ])
  assert.deepEqual(mistakesOf('--expect'), [
    "--expect: needs a value, an expectation such as 'p99<2.1s'",
  ])
})

test('a closed loop achieves no share of a rate that nobody asks for', () => {
  assert.deepEqual(mistakesOf('--closed', '--expect', 'achieved>=99%'), [
    '--expect achieved>=99%: no rate is asked for with --closed; the limit must be a rate such as 49.5/s',
  ])
  assert.equal(optionsOf('--closed', '--expect', 'achieved>=40/s').expect.length, 1)
})

test('each mistake is named, with its value and what is allowed', () => {
  const table: [string, string][] = [
    ['--rate 0', '--rate 0: must be requests a second, above 0, such as 50, and 1,000,000 at most'],
    [
      '--rate=-5',
      '--rate -5: must be requests a second, above 0, such as 50, and 1,000,000 at most',
    ],
    [
      '--rate 1e999',
      '--rate 1e999: must be requests a second, above 0, such as 50, and 1,000,000 at most',
    ],
    [
      '--rate',
      '--rate: needs a value, requests a second, above 0, such as 50, and 1,000,000 at most',
    ],
    [
      '--rate --duration',
      '--rate: needs a value, requests a second, above 0, such as 50, and 1,000,000 at most',
    ],
    ['--duration 5', '--duration 5: must be a duration such as 500ms, 90s, 2m, 1h or 1m30s'],
    ['--requests 1.5', '--requests 1.5: must be a whole number from 1'],
    ['--requests 0', '--requests 0: must be a whole number from 1'],
    [
      '--profile spike:5',
      '--profile spike:5: must be constant, ramp:10..200, steps:10,50,100, sine:20..80/60s or burst:500/10s, with rates of 1,000,000 at most',
    ],
    ['--profile ramp:1..2 --requests 5', '--profile ramp:1..2: needs a --duration to go over'],
    ['--arrivals uniform', '--arrivals uniform: must be poisson or even'],
    ['--seed -1', '--seed -1: must be a whole number from 0 to 2147483647'],
    [
      '--timeout 600h',
      '--timeout 600h: must be a duration such as 500ms or 10s, of 24 days at most',
    ],
    ['--max-in-flight 0', '--max-in-flight 0: must be a whole number from 1'],
    ['--json=', '--json : must be the name of a file, or - for stdout'],
    ['--hdr=', '--hdr : must be the name of a file, or - for stdout'],
    [
      '--json - --html -',
      '--json, --hdr, --html: each needs a file of its own, and one of them can be -',
    ],
    ['--metrics-port 65536', '--metrics-port 65536: must be a port from 1 to 65535, or 0 for none'],
    [
      '--await-scrape prometheus',
      '--await-scrape prometheus: must be the URL of a Prometheus, such as http://127.0.0.1:9090',
    ],
    [
      '--await-scrape http://x --metrics-port 0',
      '--await-scrape: there is nothing to scrape with --metrics-port 0',
    ],
    ['--rates 5', '--rates: is no option'],
    ['-x', '-x: is no option'],
    ['--no-progress=yes', '--no-progress=yes: takes no value'],
    [
      'localhost:8080',
      'localhost:8080: must be an http:// or https:// URL, such as http://127.0.0.1:8080/',
    ],
    ['http://me:pw@x/', 'http://me:pw@x/: a user or password in the URL would not be sent'],
    ['http://x/ http://y/', 'http://y/: only one URL can be loaded, or several with --target'],
    ['--workers 0', '--workers 0: must be a whole number from 1 to 256'],
    ['--workers 4 --max-in-flight 3', '--max-in-flight 3: must be at least --workers, which is 4'],
    [
      '--closed --workers 4 --connections 3',
      '--connections 3: must be at least --workers, which is 4',
    ],
    ['--connections 3', '--connections: is for --closed; an open loop opens as many as it needs'],
    ['--closed --profile ramp:1..2', '--profile: there is no schedule with --closed'],
    ['--method CONNECT', '--method CONNECT: must be a method such as POST, and not CONNECT'],
    ['--method A/B', '--method A/B: must be a method such as POST, and not CONNECT'],
    ['--ca=', '--ca : must be the name of a file'],
  ]
  for (const [line, mistake] of table) {
    assert.equal(mistakesOf(...line.split(' '))[0], mistake)
  }
})

test('a header is a name and a value, and neither its end nor the length of the body is its to say', () => {
  const headersOf = (...texts: string[]) =>
    optionsOf(...texts.flatMap((text) => ['--header', text])).headers
  assert.deepEqual(headersOf('Host: x', 'X-Empty:', 'Authorization: Bearer a:b '), [
    ['Host', 'x'],
    ['X-Empty', ''],
    ['Authorization', 'Bearer a:b'],
  ])
  for (const text of [
    'no colon',
    ': x',
    'a b: c',
    'A: b\r\nC: d',
    'Content-Length: 5',
    'Transfer-Encoding: x',
  ]) {
    assert.deepEqual(mistakesOf('--header', text), [
      `--header ${text}: must be a name and a value, such as 'Accept: text/html', and no length of the body`,
    ])
  }
})

test('several targets have weights, and no URL beside them', () => {
  const { url, targets } = optionsOf('--target', '3 http://a/x', '--target', '0.5 https://b:1/')
  assert.equal(url.href, 'http://a/x')
  assert.deepEqual(targets, [
    { weight: 3, url: new URL('http://a/x') },
    { weight: 0.5, url: new URL('https://b:1/') },
  ])
  assert.deepEqual(mistakesOf('--target', '0 http://a', '--target', '2 nowhere', 'http://c/'), [
    "--target 0 http://a: must be a weight above 0 and an http(s) URL or a path, such as '3 http://127.0.0.1:8080/'",
    'http://c/: a URL of its own has no place beside --target',
    '--target nowhere: must be an http:// or https:// URL, such as http://127.0.0.1:8080/',
  ])
})

test('a target that is a path is at the URL that is loaded otherwise', () => {
  const [first, second] = optionsOf('--target', '3 /ping', '--target', '1 /').targets
  assert.deepEqual(first, { weight: 3, url: new URL('http://127.0.0.1:8080/ping') })
  assert.deepEqual(second, { weight: 1, url: new URL('http://127.0.0.1:8080/') })
  const parsed = parseOptions(['--target', '3 /ping?x=1'], { url: 'http://lab:1/images' })
  assert.ok('options' in parsed)
  assert.equal(parsed.options.url.href, 'http://lab:1/ping?x=1')
})

test('a body makes it a POST, unless a method is given', () => {
  assert.equal(optionsOf('--body', 'x').method, 'POST')
  assert.equal(optionsOf('--body', 'x', '--method', 'PATCH').method, 'PATCH')
})

test('a closed loop has ten connections, or one for each worker, or what is given', () => {
  assert.equal(optionsOf('--closed').connections, 10)
  assert.equal(optionsOf('--closed', '--workers', '12').connections, 12)
  assert.equal(optionsOf('--closed', '--connections', '3').connections, 3)
})

test('what is split between shards is enough for each of their threads', () => {
  const line = '--shard 0/4 --workers 3 --max-in-flight 11 --closed --connections 11 --requests 3'
  assert.deepEqual(mistakesOf(...line.split(' ')), [
    '--requests 3: must be at least the number of shards, which is 4',
    '--max-in-flight 11: must be at least --workers times the number of shards, which is 12',
    '--connections 11: must be at least --workers times the number of shards, which is 12',
  ])
  assert.equal(optionsOf('--closed', '--shard', '0/4', '--workers', '3').connections, 12)
  assert.deepEqual(mistakesOf('--shard', '4/4'), [
    '--shard 4/4: must be I/N, with I from 0 to N - 1 and N 1,000 at most, such as 0/4',
  ])
})

test('all mistakes are named at once', () => {
  assert.equal(
    mistakesOf('--rate', '0', '--duration', '5', '--foo', 'ftp://x', '--seed', 'x').length,
    5,
  )
})

test('what the environment says holds where the arguments say nothing', () => {
  const startAt = '2026-03-01T12:00:00Z'
  const defaults = { url: 'http://a:1/', awaitScrape: 'http://p:9090', startAt }
  const one = parseOptions([], defaults)
  assert.ok('options' in one)
  assert.equal(one.options.url.href, 'http://a:1/')
  assert.equal(one.options.awaitScrape?.href, 'http://p:9090/')
  assert.deepEqual(one.options.startAt, new Date(startAt))
  const two = parseOptions(['http://b:2/', '--metrics-port', '0'], defaults)
  assert.ok('options' in two)
  assert.equal(two.options.url.href, 'http://b:2/')
  assert.equal(two.options.awaitScrape, null)
})

test('the authority that the environment names is for https: alone', () => {
  const caOf = (...args: string[]) => {
    const parsed = parseOptions(args, { ca: 'lab.crt' })
    assert.ok('options' in parsed)
    return parsed.options.ca
  }
  assert.equal(caOf('https://a/'), 'lab.crt')
  assert.equal(caOf('https://a/', '--ca', 'own.crt'), 'own.crt')
  assert.equal(caOf('http://a/'), null)
  assert.equal(caOf('--target', '1 http://a/', '--target', '1 https://b/'), 'lab.crt')
})

test('a mistake in the environment is named too', () => {
  const parsed = parseOptions([], { url: 'nowhere', awaitScrape: 'nothing', startAt: 'soon' })
  assert.ok('mistakes' in parsed)
  assert.deepEqual(parsed.mistakes, [
    'LOADGEN_URL nowhere: must be an http:// or https:// URL, such as http://127.0.0.1:8080/',
    'LOADGEN_AWAIT_SCRAPE nothing: must be the URL of a Prometheus, such as http://127.0.0.1:9090',
    'LOADGEN_START_AT soon: must be an instant with its time zone, such as 2026-03-01T12:00:00Z',
  ])
})
