import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshScrape } from '../../lab/picture.ts'
import { createPrometheus } from '../../lab/prometheus.ts'
import { root } from '../processes.ts'
import { kernelSays } from '../shown/kernel.ts'
import { compose, isTaken, leftovers, project, run, start } from './compose.ts'

const prometheus = createPrometheus('http://127.0.0.1:9090')
const scraped = () => freshScrape(prometheus, { sleep, patienceMs: 30_000 })

before(async () => {
  for (const port of [8080, 9090, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
})

after(() => compose('--profile', 'load', 'down', '--volumes'))

const sampleOf = async (promql: string) => {
  const [sample, ...more] = await prometheus.query(promql)
  assert.ok(sample && more.length === 0, `${promql} has not one sample`)
  return sample.value
}

test('Prometheus reaches the server through the host', async () => {
  await scraped()
  assert.equal(await sampleOf('up{job="httpserver",instance="host.docker.internal:8080"}'), 1)
})

test('every request of the load generator’s container is counted, and the median is right', async () => {
  const count = 'lab_request_duration_seconds_count{http_route="/"}'
  const load = ['--rate', '100', '--duration', '15s', '--seed', '2', '--json', '-', '--no-progress']
  const { stdout } = await compose('run', '--rm', '-T', '--service-ports', 'loadgen', ...load)
  const { planned, ok, verdict } = JSON.parse(stdout)
  assert.ok(planned > 1200, `${planned} planned`)
  assert.equal(ok, planned)
  assert.match(verdict, /^(valid|generator-limited)$/)
  // The generator has gone by now, but not before it was scraped a last time.
  assert.equal(await sampleOf('last_over_time(loadgen_requests_total{outcome="ok"}[1m])'), ok)
  await scraped()
  assert.equal(await sampleOf(count), ok)
  const p50 =
    'histogram_quantile(0.5, sum by (le) (increase(lab_request_duration_seconds_bucket[1m])))'
  const truth = await sampleOf('lab_delay_quantile_seconds{quantile="0.5"}')
  const shown = await sampleOf(p50)
  assert.ok(Math.abs(shown - truth) <= 0.1, `shown ${shown} s, injected ${truth} s`)
})

test('the demo in a container says where all is that runs, and what does not', async () => {
  const lab = ['--service-ports', '--entrypoint', 'node', 'loadgen', 'lab/main.ts', 'demo']
  const { stdout } = await compose('run', '--rm', '-T', ...lab, '--duration', '3s')
  assert.match(stdout, /\n {2}console {5}http:\/\/localhost:8081\n/)
  assert.match(stdout, /\n {2}Grafana {5}not running/)
  assert.match(stdout, /\n {2}server {6}http:\/\/localhost:8080\/images\n/)
})

test('verify proves the picture from the load generator’s container', async () => {
  const lab = ['--service-ports', '--entrypoint', 'node', 'loadgen', 'lab/main.ts', 'verify']
  const { stdout } = await compose('run', '--rm', '-T', ...lab, '--requests', '600', '--json', '-')
  const { passed, behaviours } = JSON.parse(stdout)
  assert.equal(passed, true)
  const counts = behaviours[0].counts.map(({ count }: { count: number }) => count)
  assert.deepEqual(counts, [600, 600, 600, 600, 600, 600, 600])
})

test('a load generator whose container is short of processor time says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-smoke-'))
  const override = join(folder, 'override.yaml')
  writeFileSync(override, 'services: { loadgen: { cpus: 0.2 } }\n')
  try {
    const files = ['--file', join(root, 'compose.yaml'), '--file', override]
    // Few connections: a thousand at once can be more than the engine's proxy of the port survives.
    const amount = ['--rate', '3000', '--requests', '6000', '--max-in-flight', '50']
    const load = [...amount, '--json', '-', '--no-progress']
    const { stdout } = await compose(...files, 'run', '--rm', '-T', 'loadgen', ...load)
    const { verdict, reasons } = JSON.parse(stdout)
    assert.equal(verdict, 'generator-limited')
    assert.match(reasons.join('\n'), /processor limit stopped the generator \d+ times, for/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('in its container the server tells the memory of the host, and the processes of the container', async () => {
  const text = await (await fetch('http://127.0.0.1:8080/metrics')).text()
  const shown = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  const { memoryTaken, processes } = kernelSays(process.pid)
  const memory = shown('system_memory_utilization_ratio')
  assert.ok(Math.abs(memory - memoryTaken) <= 0.05, `${memory}, by /proc ${memoryTaken}`)
  // The server, what passes signals on, and at times a health check.
  const own = shown('system_processes')
  assert.ok(own >= 2 && own <= 5 && own < processes, `${own} of ${processes}`)
})

test('the server is no root, and can write nowhere', async () => {
  const script = `
    const { getuid } = process
    const { writeFileSync, readFileSync } = require('node:fs')
    const refused = (file) => { try { writeFileSync(file, ''); return false } catch ({ code }) { return code } }
    const status = readFileSync('/proc/self/status', 'utf8')
    const capabilities = /CapEff:\\t(\\w+)/.exec(status)[1]
    const noNewPrivileges = /NoNewPrivs:\\t(\\d)/.exec(status)[1]
    console.log(JSON.stringify({ uid: getuid(), root: refused('/x'), lab: refused('/lab/x'), capabilities, noNewPrivileges }))
  `
  const { stdout } = await compose('exec', '-T', 'server', 'node', '-e', script)
  assert.deepEqual(JSON.parse(stdout), {
    uid: 1000,
    root: 'EROFS',
    lab: 'EROFS',
    capabilities: '0000000000000000',
    noNewPrivileges: '1',
  })
})

test('the image holds no test, no dev dependency and nothing of the rest', async () => {
  const list = ['run', '--rm', '-T', '--entrypoint', 'ls', 'loadgen']
  const { stdout: top } = await compose(...list, '/lab', '/lab/node_modules')
  assert.match(top, /\bhono\b/)
  assert.doesNotMatch(top, /typescript|biome|autocannon|grafana|\btest\b/)
  const { stdout: server } = await compose(...list, '/lab/server')
  assert.doesNotMatch(server, /\.test\.ts/)
})

test('Prometheus keeps its admin and lifecycle APIs shut', async () => {
  for (const path of ['/-/quit', '/-/reload', '/api/v1/admin/tsdb/snapshot']) {
    const { status } = await fetch(`http://127.0.0.1:9090${path}`, { method: 'POST' })
    assert.notEqual(status, 200, path)
  }
  assert.equal((await fetch('http://127.0.0.1:9090/-/ready')).status, 200)
})

test('make dev on the host takes the place of the server’s container, with nothing edited', async () => {
  const startTime = 'process_start_time_seconds{job="httpserver"}'
  await scraped()
  const before = await sampleOf(startTime)
  const dev = start('make', ['dev', 'LAB_MODE=docker'])
  try {
    while ((await prometheus.query(`${startTime} > ${before}`)).length === 0) await sleep(250)
    await scraped()
    const { stdout } = await compose('ps', '--services', '--status', 'running')
    assert.deepEqual(stdout.trim().split('\n'), ['prometheus'])
  } finally {
    dev.stop()
  }
  while (await isTaken(8080)) await sleep(50)
  await compose('up', '--detach', '--wait', 'server')
})

test('an image that can’t be had is named with what it costs, and the rest starts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-smoke-'))
  const override = join(folder, 'override.yaml')
  writeFileSync(override, 'services: { grafana: { image: "localhost:1/no/grafana:0.0.0" } }\n')
  try {
    const files = `COMPOSE_FILE=${join(root, 'compose.yaml')}:${override}`
    const { stdout, stderr } = await run('env', files, './lab/up.sh')
    assert.match(
      stderr,
      /lab: no Grafana, its image localhost:1\/no\/grafana:0\.0\.0 can't be had: no dashboards/,
    )
    assert.match(
      stdout,
      /server {6}http:\/\/localhost:8080\n {2}console {5}http:\/\/localhost:8081\n {2}Prometheus {2}http:\/\/localhost:9090\n$/,
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('SIGTERM: docker compose stop ends the server in order, with exit code 0', async () => {
  await compose('stop', 'server')
  const { stdout } = await compose('ps', '--all', '--format', 'json', 'server')
  assert.equal(JSON.parse(stdout).ExitCode, 0)
})

test('down leaves no container, network or volume', async () => {
  assert.notDeepEqual(await leftovers(), { containers: [], networks: [], volumes: [] })
  await compose('--profile', 'load', 'down', '--volumes')
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
