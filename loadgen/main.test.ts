import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createSecureServer } from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { HistogramLogReader } from 'hdr-histogram-js'
import { answer, scriptedServer } from './scripted-server.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

const start = (args: string[], env: Record<string, string> = {}) => {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.on('data', (bytes) => (output.stdout += bytes))
  child.stderr.on('data', (bytes) => (output.stderr += bytes))
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  return { child: child as ChildProcess, ended }
}

const loadgen = (...args: string[]) => start(args).ended

const okServer = (context: TestContext) =>
  scriptedServer(context, (socket) => socket.write(answer(200)))

const quick = ['--metrics-port', '0', '--arrivals', 'even', '--rate', '100', '--requests', '20']

test('a run that is done exits 0, with the report on stdout', async (context) => {
  const { url } = await okServer(context)
  const { code, stdout, stderr } = await loadgen(...quick, url.href)
  assert.equal(code, 0)
  assert.match(stdout, /^ {2}planned +20\n {2}ok +20 +100 % {2}200: 20$/m)
  assert.equal(stdout.includes('\x1b'), false)
  assert.equal(stderr, '')
})

test('with --json - there is nothing but JSON on stdout', async (context) => {
  const { url } = await okServer(context)
  const { code, stdout, stderr } = await loadgen(...quick, '--json', '-', url.href)
  assert.equal(code, 0)
  assert.equal(JSON.parse(stdout).ok, 20)
  assert.match(stderr, /^Verdict: /m)
})

test('with --json FILE the result is in the file', async (context) => {
  const { url } = await okServer(context)
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'result.json')
  const { code, stdout } = await loadgen(...quick, '--json', file, url.href)
  assert.equal(code, 0)
  assert.equal(JSON.parse(readFileSync(file, 'utf8')).planned, 20)
  assert.match(stdout, /^Verdict: /m)
})

test('with --hdr FILE both times are in the file, as a log that other tools read', async (context) => {
  const { url } = await okServer(context)
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.hlog')
  const { code } = await loadgen(...quick, '--hdr', file, url.href)
  assert.equal(code, 0)
  const reader = new HistogramLogReader(readFileSync(file, 'utf8'))
  assert.equal(reader.nextIntervalHistogram()?.totalCount, 20)
  assert.equal(reader.nextIntervalHistogram()?.tag, 'service')
})

test('with --html FILE the report is in the file, with the course of the run', async (context) => {
  const { url } = await okServer(context)
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'run.html')
  const { code } = await loadgen(...quick, '--html', file, `${url.href}?a=1&b=2`)
  assert.equal(code, 0)
  const page = readFileSync(file, 'utf8')
  const { stdout, stderr } = await loadgen(...quick, '--html', '-', url.href)
  assert.match(stdout, /^<!doctype html>[\s\S]*<\/html>\n$/)
  assert.match(stderr, /^Verdict: /m)
  assert.match(page, /<h1>http:\/\/127\.0\.0\.1:\d+\/\?a=1&#38;b=2<\/h1>/)
  assert.match(page, /"sent":\[100\]/)
})

test('--help exits 0, and names every option', async () => {
  const { code, stdout } = await loadgen('--help')
  assert.equal(code, 0)
  const options = stdout.match(/--[a-z-]+/g)
  assert.deepEqual(
    new Set(options),
    new Set(
      '--rate --duration --requests --profile --arrivals --seed --timeout --max-in-flight --workers --shard --start-at --closed --connections --target --method --header --body --ca --strict --json --hdr --html --expect --metrics-port --await-scrape --no-progress --help'.split(
        ' ',
      ),
    ),
  )
  assert.ok(stdout.split('\n').every((line) => line.length <= 100))
})

test('wrong usage exits 2, with every mistake and nothing sent', async (context) => {
  const server = await okServer(context)
  const { code, stdout, stderr } = await loadgen('--rate', '0', '--nonsense', server.url.href)
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    'loadgen: --nonsense: is no option',
    'loadgen: --rate 0: must be requests a second, above 0, such as 50, and 1,000,000 at most',
    'loadgen: nothing was sent; --help says what there is',
  ])
  assert.equal(server.connections(), 0)
})

test('shards on several machines start together, and send the requests of one schedule between them', async (context) => {
  const server = await okServer(context)
  const startAt = new Date(Date.now() + 6000).toISOString()
  const whole = ['--rate', '200', '--requests', '41', '--closed', '--connections', '5']
  const open = whole.slice(0, 4)
  const run = (...args: string[]) =>
    loadgen(...args, '--metrics-port', '0', '--json', '-', '--start-at', startAt, server.url.href)
  const results = (
    await Promise.all([
      ...[0, 1, 2].map((index) => run(...open, '--shard', `${index}/3`)),
      ...[0, 1].map((index) => run(...whole, '--shard', `${index}/2`)),
    ])
  ).map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, stderr)
    assert.match(stderr, /shard\s\d\/\d\)/)
    return JSON.parse(stdout)
  })
  assert.deepEqual(
    results.map(({ ok }) => ok),
    [14, 14, 13, 21, 20],
  )
  assert.ok(results.every((result) => result.startedAt === startAt))
  const asked = results.slice(0, 3).map(({ rate }) => rate.asked)
  assert.ok(asked.every((rate) => Math.abs(rate - 200 / 3) < 1e-9))
})

test('a start that has passed is refused, and nothing is sent', async (context) => {
  const server = await okServer(context)
  const { code, stderr } = await loadgen('--start-at', '2026-03-01T12:00:00Z', server.url.href)
  assert.equal(code, 2)
  assert.match(stderr, /--start-at 2026-03-01T12:00:00.000Z: must be still to come, and it was \d/)
  assert.equal(server.connections(), 0)
})

test('Ctrl-C before the start ends the wait, and nothing is sent', async (context) => {
  const server = await okServer(context)
  const startAt = new Date(Date.now() + 3_600_000).toISOString()
  const { child, ended } = start(['--metrics-port', '0', '--start-at', startAt, server.url.href])
  child.stderr?.once('data', () => child.kill('SIGINT'))
  const { code, stderr } = await ended
  assert.equal(code, 130)
  assert.match(stderr, /interrupted; nothing was sent/)
  assert.equal(server.connections(), 0)
})

test('an expectation that fails exits 3, and all that failed are listed', async (context) => {
  const { url } = await okServer(context)
  const expectations = ['p50<0.001ms', 'errors<1%', 'ok>=21'].flatMap((e) => ['--expect', e])
  const { code, stdout } = await loadgen(...quick, ...expectations, url.href)
  assert.equal(code, 3)
  assert.match(
    stdout,
    /^Expectations: 2 of 3 failed\.\n {2}failed {2}p50<0\.001ms {2}seen: .*\n {2}holds {3}errors<1% {4}seen: 0 %\n {2}failed {2}ok>=21 {7}seen: 20$/m,
  )
})

test('expectations that hold exit 0', async (context) => {
  const { url } = await okServer(context)
  const expectations = ['p99<5s', 'ok=20', 'achieved>=50%'].flatMap((e) => ['--expect', e])
  const { code, stdout } = await loadgen(...quick, ...expectations, url.href)
  assert.equal(code, 0, stdout)
})

test('where nothing answered, that outweighs expectations', async (context) => {
  const { url } = await scriptedServer(context, () => {})
  const { code } = await loadgen(...quick, '--timeout', '100ms', '--expect', 'ok=20', url.href)
  assert.equal(code, 4)
})

test('a taken metrics port exits 2 before anything is sent', async (context) => {
  const target = await okServer(context)
  const other = createServer().listen(0)
  context.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as import('node:net').AddressInfo
  const { code, stderr } = await loadgen('--metrics-port', `${port}`, target.url.href)
  assert.equal(code, 2)
  assert.equal(
    stderr,
    `loadgen: port ${port}, for the metrics, is taken: choose another with --metrics-port N, or 0 for none\nloadgen: nothing was sent; --help says what there is\n`,
  )
  assert.equal(target.connections(), 0)
})

test('a file that cannot be written exits 2 before anything is sent', async (context) => {
  const server = await okServer(context)
  for (const option of ['--json', '--hdr', '--html']) {
    const { code, stderr } = await loadgen(...quick, option, '/nowhere/file', server.url.href)
    assert.equal(code, 2, option)
    assert.match(
      stderr,
      new RegExp(`^loadgen: ${option} /nowhere/file: there is no such file or folder$`, 'm'),
    )
  }
  assert.equal(server.connections(), 0)
})

test('mistakes in files are named with all others, and leave every file as it was', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const kept = join(folder, 'result.json')
  writeFileSync(kept, 'of an earlier run')
  const files = ['--ca', '/nope', '--body', '@/nope', '--hdr', folder, '--json', kept]
  const { code, stderr } = await loadgen('--rate', '0', ...files)
  assert.equal(code, 2)
  assert.deepEqual(stderr.trimEnd().split('\n'), [
    'loadgen: --rate 0: must be requests a second, above 0, such as 50, and 1,000,000 at most',
    'loadgen: --body @/nope: there is no such file or folder',
    'loadgen: --ca /nope: there is no such file or folder',
    `loadgen: --hdr ${folder}: is a folder`,
    'loadgen: nothing was sent; --help says what there is',
  ])
  assert.equal(readFileSync(kept, 'utf8'), 'of an earlier run')
})

test('a run that fails leaves no result of an earlier one to be taken for its own', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'result.json')
  writeFileSync(file, 'of an earlier run')
  const { code } = await loadgen('--metrics-port', '0', '--json', file, 'http://nope.invalid/')
  assert.equal(code, 4)
  assert.equal(readFileSync(file, 'utf8'), '')
})

test('a result that can’t be written is named, costs no other, and exits 1', {
  skip: existsSync('/dev/full') ? false : 'there is no /dev/full',
}, async (context) => {
  const { url } = await okServer(context)
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const hdr = join(folder, 'times.hlog')
  const { code, stdout, stderr } = await loadgen(
    ...quick,
    '--json',
    '/dev/full',
    '--hdr',
    hdr,
    url.href,
  )
  assert.equal(code, 1)
  assert.match(stderr, /^loadgen: --json \/dev\/full: ENOSPC/m)
  assert.match(stdout, /^Verdict: /m)
  assert.match(readFileSync(hdr, 'utf8'), /HistogramLogWriter|StartTime/)
})

test('a reader that goes away early is no failure', async (context) => {
  const { url } = await okServer(context)
  const { child, ended } = start([...quick, url.href])
  child.stdout?.destroy()
  const { code, stderr } = await ended
  assert.equal(code, 0)
  assert.doesNotMatch(stderr, /EPIPE|Error/)
})

test('a Ctrl-C ends the wait for Prometheus, and not by force', async (context) => {
  const { url } = await okServer(context)
  const prometheus = await scriptedServer(context, (socket) => {
    const body = '{"status":"success","data":{"result":[],"activeTargets":[]}}'
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
  })
  const port = await freePort()
  const { child, ended } = start([
    ...['--requests', '5', '--metrics-port', `${port}`],
    ...['--await-scrape', prometheus.url.href, url.href],
  ])
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  while (prometheus.connections() === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGINT')
  const { code, stderr } = await ended
  assert.equal(code, 130)
  assert.match(stderr, /interrupted; Prometheus may lack the final counts/)
})

test('what answers, and not with HTTP as the URL has it, is told from what is not there', async (context) => {
  const { url } = await scriptedServer(context, (socket) => socket.end('220 smtp ESMTP\r\n'))
  const { code, stderr } = await loadgen(...quick, url.href)
  assert.equal(code, 4)
  assert.match(stderr, /something is there, and does not speak HTTP as the URL has it/)
})

test('with seeds of any kind, all that was sent on time is all that was asked for', async (context) => {
  const { url } = await okServer(context)
  for (const seed of ['1', '2', '3']) {
    const some = ['--metrics-port', '0', '--rate', '200', '--requests', '40', '--seed', seed]
    const { code, stdout } = await loadgen(
      ...some,
      '--expect',
      'achieved>=90%',
      '--json',
      '-',
      url.href,
    )
    const { seen } = JSON.parse(stdout).expectations[0]
    assert.equal(code, 0, `seed ${seed}: ${seen}`)
    assert.ok(seen <= 1, `seed ${seed}: ${seen}`)
  }
})

test('on a dumb terminal nothing is coloured or moved', async (context) => {
  const { url } = await okServer(context)
  const { stdout, stderr } = await start([...quick, url.href], { TERM: 'dumb' }).ended
  assert.equal(`${stdout}${stderr}`.includes('\x1b'), false)
})

test('a target that refuses exits 4 within two seconds, with the account', async (context) => {
  const server = await okServer(context)
  server.close()
  const before = performance.now()
  const { code, stdout, stderr } = await loadgen(
    '--metrics-port',
    '0',
    '--no-progress',
    server.url.href,
  )
  const elapsed = performance.now() - before
  assert.equal(code, 4)
  assert.ok(elapsed < 3000, `${elapsed} ms, of which the process takes some to start`)
  assert.match(stdout, /^ {2}network errors +\d+ +(?:100|9\d\.\d\d) % {2}ECONNREFUSED: \d+$/m)
  assert.match(stderr, /^loadgen: nothing answered at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\)/)
})

test('a host that is not known exits 4, and says so', async () => {
  const { code, stderr } = await loadgen('--metrics-port', '0', 'http://nowhere.invalid/')
  assert.equal(code, 4)
  assert.match(stderr, /^loadgen: the host nowhere\.invalid is not known/)
})

test('a certificate that nobody vouches for exits 4, and the way out is named', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=lab', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', key, '-out', cert]
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' })
  const options = { key: readFileSync(key), cert: readFileSync(cert) }
  const server = createSecureServer(options, (_request, response) => response.end()).listen(0)
  context.after(() => {
    server.close()
    server.closeAllConnections()
  })
  await once(server, 'listening')
  const url = `https://127.0.0.1:${(server.address() as import('node:net').AddressInfo).port}/`
  const { code, stderr } = await loadgen(...quick, url)
  assert.equal(code, 4)
  assert.match(stderr, /\(DEPTH_ZERO_SELF_SIGNED_CERT\): its certificate is not trusted; --ca FILE/)
  assert.equal((await loadgen(...quick, '--ca', cert, url)).code, 0)
})

test('a target that never answers exits 4', async (context) => {
  const { url } = await scriptedServer(context, () => {})
  const { code, stdout } = await loadgen(...quick, '--timeout', '100ms', url.href)
  assert.equal(code, 4)
  assert.match(stdout, /^ {2}timeouts +20 +100 % {2}after 0\.1 s$/m)
})

test('a generator that was the bottleneck exits 5 with --strict, and 0 without', async (context) => {
  const { url } = await scriptedServer(context, (socket) =>
    setTimeout(() => socket.write(answer(200)), 50),
  )
  const crowded = [...quick, '--max-in-flight', '1', url.href]
  const strict = await loadgen('--strict', ...crowded)
  assert.equal(strict.code, 5)
  assert.match(strict.stdout, /Verdict: generator-limited/)
  assert.equal((await loadgen(...crowded)).code, 0)
})

test('method, headers and the body in a file are sent as they are', async (context) => {
  const requests: string[] = []
  const { url } = await scriptedServer(context, (socket, _n, request) => {
    requests.push(request)
    socket.write(answer(200))
  })
  const folder = mkdtempSync(join(tmpdir(), 'loadgen-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'body.json')
  writeFileSync(file, '{"a":1}\n')
  const what = ['--body', `@${file}`, '--header', 'Content-Type: application/json']
  const { code } = await loadgen(...quick, ...what, url.href)
  assert.equal(code, 0)
  assert.match(requests[0] ?? '', /^POST \/ HTTP\/1\.1\r\n/)
  assert.match(requests[0] ?? '', /\r\nContent-Type: application\/json\r\n/)
  assert.match(requests[0] ?? '', /\r\nContent-Length: 8\r\n\r\n\{"a":1\}\n$/)
})

test('a body or certificates that cannot be read exit 2 before anything is sent', async (context) => {
  const server = await okServer(context)
  for (const [option, file] of [
    ['--body', '@/nowhere/body'],
    ['--ca', '/nowhere/ca.pem'],
    ['--ca', '/proc/version'],
  ] as const) {
    const { code, stderr } = await loadgen(...quick, option, file, server.url.href)
    assert.equal(code, 2, file)
    assert.match(stderr, /\/nowhere\/|--ca \/proc\/version: has no certificate in it/)
  }
  assert.equal(server.connections(), 0)
})

test('Ctrl-C ends a run on several threads with its report', async (context) => {
  let arrived = () => {}
  const tenth = new Promise<void>((resolve) => (arrived = resolve))
  const { url } = await scriptedServer(context, (_socket, n) => n === 9 && arrived())
  const args = ['--metrics-port', '0', '--workers', '2', '--duration', '1h', '--json', '-']
  const { child, ended } = start([...args, url.href])
  await tenth
  child.kill('SIGINT')
  const { code, stdout } = await ended
  assert.equal(code, 130)
  const result = JSON.parse(stdout)
  assert.ok(result.cancelled >= 10)
  assert.equal(result.planned, result.cancelled + result.neverSent)
})

test('Ctrl-C ends the run with its report and exits 130', async (context) => {
  let arrived = () => {}
  const tenth = new Promise<void>((resolve) => (arrived = resolve))
  const { url } = await scriptedServer(context, (_socket, n) => n === 9 && arrived())
  const { child, ended } = start([
    '--metrics-port',
    '0',
    '--json',
    '-',
    '--duration',
    '1h',
    url.href,
  ])
  await tenth
  child.kill('SIGINT')
  const { code, stdout, stderr } = await ended
  assert.equal(code, 130)
  const result = JSON.parse(stdout)
  assert.ok(result.cancelled >= 10)
  assert.equal(result.planned, result.cancelled + result.neverSent)
  assert.match(stderr, /interrupted; asked for 50 requests\/s/)
})

test('a second Ctrl-C does not wait for Prometheus', async (context) => {
  let arrived = () => {}
  const first = new Promise<void>((resolve) => (arrived = resolve))
  const { url } = await scriptedServer(context, () => arrived())
  // A Prometheus that takes the question, and never answers it.
  let asked = () => {}
  const question = new Promise<void>((resolve) => (asked = resolve))
  const prometheus = await scriptedServer(context, () => asked())
  const port = await freePort()
  const args = ['--metrics-port', `${port}`, '--await-scrape', prometheus.url.href, url.href]
  const { child, ended } = start(args)
  await first
  child.kill('SIGINT')
  await question
  await new Promise((resolve) => setTimeout(resolve, 400))
  const before = performance.now()
  child.kill('SIGINT')
  assert.equal((await ended).code, 130)
  assert.ok(performance.now() - before < 1000)
})

test('a Ctrl-C that arrives twice, as npm passes it on, is one', async (context) => {
  let arrived = () => {}
  const first = new Promise<void>((resolve) => (arrived = resolve))
  const { url } = await scriptedServer(context, () => arrived())
  const { child, ended } = start(['--metrics-port', '0', '--duration', '1h', url.href])
  await first
  child.kill('SIGINT')
  child.kill('SIGTERM')
  const { code, stdout } = await ended
  assert.equal(code, 130)
  assert.match(stdout, /interrupted; asked for 50/)
})

test('the URL may come from the environment', async (context) => {
  const server = await okServer(context)
  const { code } = await start(quick, { LOADGEN_URL: server.url.href }).ended
  assert.equal(code, 0)
  assert.ok(server.connections() > 0)
})

test('a log of a run has one line in its first second', async (context) => {
  const server = await okServer(context)
  const { stderr } = await loadgen('--metrics-port', '0', '--duration', '1500ms', server.url.href)
  assert.match(stderr, /^█+░+ \d+ % {2}\ds left {2}\d+ of 50 requests\/s {2}p50 .*\n$/)
})

const freePort = async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as import('node:net').AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
