import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { type RunningEtcd, startEtcd, until } from './etcd.ts'
import { type RunningServer, root, runLoad, startServer } from './processes.ts'

// The server's entry in a real etcd, through all that can happen to either.

const key = '/service/httpserver/it'
const leaseSeconds = 5
const started: RunningServer[] = []
let etcd: RunningEtcd

before(async () => {
  etcd = await startEtcd()
})

after(async () => {
  for (const { stop } of started) await stop()
  await etcd.stop()
})

const start = async (env: NodeJS.ProcessEnv) => {
  const server = await startServer(env)
  started.push(server)
  return server
}

const startRegistered = (env: NodeJS.ProcessEnv = {}) =>
  start({
    ETCD_URL: etcd.url,
    SERVICE_ID: 'it',
    LEASE_SECONDS: String(leaseSeconds),
    LOG_LEVEL: 'info',
    ...env,
  })

const entry = async () => (await etcd.all())[key]
const registered = () => until('the server is registered', entry)
const gone = (limitMs: number) =>
  until('the entry is gone', async () => (await entry()) === undefined, limitMs)
const logged = ({ log }: RunningServer, text: string) =>
  log.some((line) => JSON.parse(line).msg === text)

test('a server registers where it is, for how long and what it answers to, and withdraws on SIGTERM', async () => {
  const server = await startRegistered()
  const { value, lease } = await registered()
  assert.deepEqual(JSON.parse(value), {
    id: 'it',
    name: 'httpserver',
    host: '127.0.0.1',
    port: server.port,
    lease_time: leaseSeconds,
    routes: ['/', '/images', '/ping', '/healthz', '/readyz', '/metrics'].map((path) => ({
      method: 'GET',
      path,
    })),
  })
  for (const { method, path } of JSON.parse(value).routes) {
    const { status } = await fetch(`${server.url}${path}`, { method })
    assert.equal(status, 200, path)
  }
  await server.stop()
  assert.equal(await entry(), undefined)
  const left = await etcd.call('/v3/lease/timetolive', { ID: lease })
  assert.equal(left.TTL, '-1', 'the lease has gone, too')
})

test('a server that is killed with -9 is gone when its lease has run out', async () => {
  const server = await startRegistered()
  const { lease } = await registered()
  process.kill(server.pid, 'SIGKILL')
  await gone((leaseSeconds + 3) * 1000)
  const left = await etcd.call('/v3/lease/timetolive', { ID: lease })
  assert.equal(left.TTL, '-1')
})

test('an entry outlives its lease as long as its server lives', async () => {
  const server = await startRegistered()
  const { lease } = await registered()
  const startedMs = performance.now()
  await until('more than a lease has passed', async () => {
    assert.equal((await entry())?.lease, lease)
    return performance.now() - startedMs > (leaseSeconds + 3) * 1000
  })
  await server.stop()
})

test('an etcd that was killed and is back has the server again, and so has one that came back empty', async () => {
  const server = await startRegistered()
  await registered()
  await etcd.kill()
  await until('it is noticed', () => logged(server, 'etcd does not answer'))
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200)
  await etcd.start()
  await until('it is noticed', () => logged(server, 'etcd answers again'))
  assert.ok(await entry())

  await etcd.kill()
  await etcd.start({ empty: true })
  await registered()
  assert.ok(logged(server, 'etcd has lost the registration'))
  await server.stop()
  assert.equal(await entry(), undefined)
})

test('a server that stood still for longer than its lease comes back', async () => {
  const server = await startRegistered()
  await registered()
  process.kill(server.pid, 'SIGSTOP')
  await gone((leaseSeconds + 3) * 1000)
  process.kill(server.pid, 'SIGCONT')
  await registered()
  await server.stop()
})

test('a server starts, answers and ends without the etcd that it was told of', async () => {
  const server = await startRegistered({ ETCD_URL: 'http://127.0.0.1:1' })
  await until('it is noticed', () => logged(server, 'etcd does not answer'))
  assert.equal((await fetch(`${server.url}/ping`)).status, 200)
  const startedMs = performance.now()
  await server.stop()
  assert.ok(performance.now() - startedMs < 5000)
  assert.equal(server.log.filter((line) => line.includes('does not answer')).length, 1)
})

test('without ETCD_URL nothing of it is loaded', async () => {
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => (console.error(url), next(url, context)) })`
  const option = `--import=data:text/javascript,${encodeURIComponent(hook)}`
  const loaded = async (env: NodeJS.ProcessEnv) => {
    // A bad port on an address of nobody's: it loads all that it needs for a start, and ends.
    const all = { PATH: process.env.PATH, PORT: '0', CONTROL_PORT: '0', HOST: '127.0.0.1', ...env }
    const child = promisify(execFile)(process.execPath, [option, join(root, 'server/main.ts')], {
      env: all,
      timeout: 2500,
    })
    const { stderr } = await child.catch((error) => error as { stderr: string })
    return [...stderr.matchAll(/\/server\/(registration[\w-]*)\.ts$/gm)].map(([, name]) => name)
  }
  assert.deepEqual(await loaded({}), ['registration-config'])
  const with_ = await loaded({ ETCD_URL: 'http://127.0.0.1:1' })
  assert.ok(with_.includes('registration') && with_.includes('registration-etcd'), `${with_}`)
})

test('an etcd that is killed under load costs no request, and none is slower for it', async () => {
  // Side by side, so that what else the machine does meets both: with the same seed their delays are the same.
  const env = { SEED: '1', LOG_LEVEL: 'info' }
  const alone = await start(env)
  const server = await startRegistered(env)
  await registered()
  const load = ({ url }: RunningServer, ...expectations: string[]) =>
    runLoad([
      ...['--rate', '40', '--duration', '12s', '--arrivals', 'even', '--seed', '1'],
      ...['--metrics-port', '0', ...expectations.flatMap((each) => ['--expect', each])],
      `${url}/images`,
    ])
  const both = Promise.all([load(alone), load(server, 'errors<0.001%', 'ok>=480')])
  await until('some of the load', () => server.log.length > 100)
  await etcd.kill()
  await until('it is noticed', () => logged(server, 'etcd does not answer'))
  await until('most of the load', () => server.log.length > 300)
  await etcd.start()
  const [{ result: without }, { exitCode, result }] = await both
  assert.equal(exitCode, 0, JSON.stringify(result.expectations))
  assert.equal(result.ok, result.planned)
  for (const quantile of ['p50', 'p90', 'p99']) {
    const [its, theirs] = [result.responseTime[quantile], without.responseTime[quantile]]
    assert.ok(its <= 1.05 * theirs, `${quantile}: ${its} s, and ${theirs} s without etcd`)
  }
  await registered()
  await Promise.all([alone.stop(), server.stop()])
})
