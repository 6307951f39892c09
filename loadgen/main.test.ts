import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
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

test('--help exits 0, and names every option', async () => {
  const { code, stdout } = await loadgen('--help')
  assert.equal(code, 0)
  const options = stdout.match(/--[a-z-]+/g)
  assert.deepEqual(
    new Set(options),
    new Set(
      '--rate --duration --requests --profile --arrivals --seed --timeout --max-in-flight --workers --closed --connections --target --method --header --body --ca --strict --json --metrics-port --await-scrape --no-progress --help'.split(
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
    'loadgen: --rate 0: must be requests a second, above 0, such as 50',
    'loadgen: nothing was sent; --help says what there is',
  ])
  assert.equal(server.connections(), 0)
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
    `loadgen: port ${port}, for the metrics, is taken: choose another with --metrics-port N, or 0 for none\n`,
  )
  assert.equal(target.connections(), 0)
})

test('a file that cannot be written exits 2 before anything is sent', async (context) => {
  const server = await okServer(context)
  const { code, stderr } = await loadgen(...quick, '--json', '/nowhere/x.json', server.url.href)
  assert.equal(code, 2)
  assert.match(stderr, /ENOENT.*\/nowhere\/x\.json/)
  assert.equal(server.connections(), 0)
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
  assert.match(stdout, /^ {2}network errors +\d+ +100 % {2}ECONNREFUSED: \d+$/m)
  assert.match(stderr, /^loadgen: nothing answered at http:\/\/127\.0\.0\.1:\d+\/ \(ECONNREFUSED\)/)
})

test('a host that is not known exits 4, and says so', async () => {
  const { code, stderr } = await loadgen('--metrics-port', '0', 'http://nowhere.invalid/')
  assert.equal(code, 4)
  assert.match(stderr, /^loadgen: the host nowhere\.invalid is not known/)
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

test('a log of a run has a line in its first second', async (context) => {
  const server = await okServer(context)
  const { stderr } = await loadgen('--metrics-port', '0', '--duration', '1500ms', server.url.href)
  assert.match(stderr, /^█+░+ \d+ % \ds left {2}\d+\/50 a second {2}p50 /)
})

const freePort = async () => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as import('node:net').AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
