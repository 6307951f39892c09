import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPrometheus } from '../../lab/prometheus.ts'
import { root } from '../processes.ts'
import { compose, isTaken, leftovers, project, run } from './compose.ts'

// Compose' profile discovery: servers register in etcd and become targets of Prometheus, through what can happen to
// either. The tests build on one another.
const profiles = ['--profile', 'load', '--profile', 'discovery']
const leaseSeconds = 10
const prometheus = createPrometheus('http://127.0.0.1:9090')

before(async () => {
  for (const port of [8080, 8081, 9090, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
})

after(() => compose(...profiles, 'down', '--volumes'))

/** How the last scrape of each registered server went, by its id. */
async function targets(): Promise<Record<string, string>> {
  const response = await fetch('http://127.0.0.1:9090/api/v1/targets?state=active')
  const { data } = (await response.json()) as {
    data: { activeTargets: { labels: Record<string, string>; health: string }[] }
  }
  const ofJob = data.activeTargets.filter(({ labels }) => labels.job === 'dynamic')
  return Object.fromEntries(ofJob.map(({ labels, health }) => [`${labels.service_id}`, health]))
}

/** Waits until so many targets are up and no other is there; answers with how long it took, in seconds. */
async function untilUp(count: number, limitSeconds: number): Promise<number> {
  const startedMs = performance.now()
  for (;;) {
    const health = Object.values(await targets())
    const seconds = (performance.now() - startedMs) / 1000
    if (health.length === count && health.every((each) => each === 'up')) return seconds
    assert.ok(seconds < limitSeconds, `${health} after ${seconds} s, and not ${count} up`)
    await sleep(250)
  }
}

const metric = async (promql: string) => (await prometheus.query(promql))[0]?.value

const instances = async () => {
  const { stdout } = await compose(...profiles, 'ps', '--quiet', 'instance')
  return stdout.trim().split('\n')
}

const etcdctl = (...args: string[]) =>
  compose(...profiles, 'exec', '-T', 'etcd', 'etcdctl', ...args)

type Times = Record<'mean' | 'p90' | 'p99', number>

/** 40 requests a second for 75 s; answers with the response time. Throws when an expectation is not met. */
async function load(url: string, ...expectations: string[]): Promise<Times> {
  // Without ports of its own, so that two can run.
  const run = [
    'run',
    '--rm',
    '-T',
    '--env',
    'LOADGEN_AWAIT_SCRAPE=',
    'loadgen',
    '--metrics-port',
    '0',
  ]
  const options = ['--rate', '40', '--duration', '75s', '--arrivals', 'even', '--no-progress']
  const expected = expectations.flatMap((each) => ['--expect', each])
  const { stdout } = await compose(...run, ...options, ...expected, '--json', '-', url)
  return JSON.parse(stdout).responseTime
}

const figures = ({ mean, p90, p99 }: Times) => `mean ${mean} s, p90 ${p90} s, p99 ${p99} s`

test('without the profile nothing of it is there', async () => {
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
  const { stdout } = await compose('ps', '--services', '--status', 'running')
  assert.deepEqual(stdout.trim().split('\n').sort(), ['prometheus', 'server'])
  assert.deepEqual(await prometheus.query('up{job=~"etcd|discovery|dynamic"}'), [])
})

test('make up with the profile starts it beside the lab: three servers more are three targets', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-smoke-'))
  const override = join(folder, 'override.yaml')
  // Grafana is not what this is about.
  writeFileSync(override, 'services: { grafana: { image: "localhost:1/no/grafana:0.0.0" } }\n')
  try {
    const files = `COMPOSE_FILE=${join(root, 'compose.yaml')}:${override}`
    const { stdout } = await run('env', files, 'COMPOSE_PROFILES=discovery', './lab/up.sh')
    assert.match(stdout, /discovery {3}3 servers more/)
  } finally {
    rmSync(folder, { recursive: true })
  }
  await untilUp(3, 20)
})

test('etcd and discovery are scraped by their names', async () => {
  const up = 'up{job=~"etcd|discovery"} == 1'
  while ((await prometheus.query(up)).length < 2) await sleep(250)
  const all = await prometheus.query(up)
  assert.deepEqual(all.map(({ labels }) => labels.instance).sort(), ['discovery:9465', 'etcd:2379'])
})

test('a server that is killed with -9 is no target any more within its lease and ten seconds', async (t) => {
  const [first = ''] = await instances()
  await run('docker', 'kill', '--signal', 'KILL', first)
  const seconds = await untilUp(2, leaseSeconds + 10)
  t.diagnostic(`${seconds.toFixed(1)} s`)
})

test('servers that are added are targets', async (t) => {
  await compose(...profiles, 'up', '--detach', '--wait', '--scale', 'instance=4', 'instance')
  t.diagnostic(`${(await untilUp(4, 10)).toFixed(1)} s after they were healthy`)
})

test('etcd killed and gone for a minute, under load: no target and no request is lost, and none is slower', async (t) => {
  const [before, writes] = [await targets(), await metric('discovery_writes_total')]
  // The lab's own server has the same load beside it: it knows nothing of etcd, and shows what the machine can do.
  const registered = load('http://instance:8080/images', 'errors<0.001%', 'ok>=3000')
  const alone = load('http://server:8080/images')
  await sleep(5000)
  await compose(...profiles, 'kill', 'etcd')
  await sleep(60_000)
  assert.deepEqual(await targets(), before)
  assert.equal(await metric('discovery_etcd_up'), 0)
  assert.ok(((await metric('time() - discovery_list_timestamp_seconds')) ?? 0) > 55)
  assert.deepEqual(await prometheus.query('ALERTS{alertname="TargetDown"}'), [])
  await compose(...profiles, 'start', 'etcd')
  const [its, theirs] = await Promise.all([registered, alone])
  t.diagnostic(`response time with etcd gone: ${figures(its)}; without any: ${figures(theirs)}`)
  // Not the mean: by chance alone it differs by more than these.
  for (const figure of ['p90', 'p99'] as const) {
    assert.ok(its[figure] <= 1.05 * theirs[figure], `${figure}: ${its[figure]}, ${theirs[figure]}`)
  }
  while ((await metric('discovery_etcd_up')) !== 1) await sleep(250)
  // By then a lease that nobody keeps alive would have run out.
  await sleep((leaseSeconds + 3) * 1000)
  assert.deepEqual(await targets(), before)
  assert.equal(await metric('discovery_writes_total'), writes)
})

test('a corrupt value in etcd is skipped, named in the log and counted', async () => {
  await etcdctl('put', '/service/httpserver/corrupt', '{"id": "corrupt"')
  while ((await metric('discovery_invalid_values_total')) !== 1) await sleep(250)
  const { stdout } = await compose(...profiles, 'logs', '--no-log-prefix', 'discovery')
  assert.match(stdout, /"key":"\/service\/httpserver\/corrupt","mistakes":\["is no JSON"\]/)
  await untilUp(4, 5)
})

test('discovery is no root, and can write nothing but the list', async () => {
  const script = `
    const { writeFileSync, readFileSync, statSync } = require('node:fs')
    const refused = (file) => { try { writeFileSync(file, ''); return false } catch ({ code }) { return code } }
    const capabilities = /CapEff:\\t(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]
    console.log(JSON.stringify({ uid: process.getuid(), lab: refused('/lab/x'), own: statSync('/lab/discovered').uid, capabilities }))
  `
  const { stdout } = await compose(...profiles, 'exec', '-T', 'discovery', 'node', '-e', script)
  assert.deepEqual(JSON.parse(stdout), {
    uid: 1000,
    lab: 'EROFS',
    own: 1000,
    capabilities: '0000000000000000',
  })
})

test('a server that is stopped in order withdraws at once, and ends with exit code 0', async () => {
  const [first = ''] = await instances()
  await run('docker', 'stop', first)
  await untilUp(3, 7)
  const { stdout } = await run('docker', 'inspect', '--format', '{{.State.ExitCode}}', first)
  assert.equal(stdout.trim(), '0')
})

test('down takes the profile’s containers, network and volumes with it', async () => {
  await compose(...profiles, 'down', '--volumes')
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
