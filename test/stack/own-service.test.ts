import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPrometheus } from '../../lab/prometheus.ts'
import { targetFile } from '../../lab/target-file.ts'
import { root } from '../processes.ts'
import { compose, isTaken, run } from './compose.ts'
import { doctor } from './doctor-run.ts'

// docs/your-own-service.md with Docker: the service is on this machine, all else in containers.

const prometheus = createPrometheus('http://127.0.0.1:9090')
const file = join(root, targetFile)
const running: ChildProcess[] = []

before(async () => {
  assert.ok(!existsSync(file), `${targetFile} is somebody’s: make up TARGET= removes it`)
  for (const port of [3001, 8080, 9090, 9464])
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
})

after(async () => {
  for (const child of running) child.kill()
  rmSync(file, { force: true })
  await compose('--profile', 'load', 'down', '--volumes')
})

/** The example, on a port of every interface. */
async function startExample(port: number) {
  const env = { ...process.env, PORT: String(port) }
  running.push(spawn(process.execPath, ['examples/node-http/server.js'], { cwd: root, env }))
  while (!(await isTaken(port))) await sleep(50)
}

const up = (target: string) => run('env', `TARGET=${target}`, './lab/up.sh')

const waitFor = async (promql: string) => {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 250) {
    const [sample] = await prometheus.query(promql)
    if (sample) return sample.value
    await sleep(250)
  }
  assert.fail(`not within 20 s: ${promql}`)
}

test('a service of this machine is scraped from a container, and one on 127.0.0.1 alone is told why not', async () => {
  const hidden = createServer((_, response) => response.end())
  hidden.listen(0, '127.0.0.1')
  await once(hidden, 'listening')
  const { port } = hidden.address() as AddressInfo
  await startExample(3001)
  const { stdout, stderr } = await up(`localhost:3001 hidden=localhost:${port}`)
  const { firstBroken, hops } = await doctor({ env: { LAB_GRAFANA: 'none' } })
  hidden.close()
  assert.equal(firstBroken, 'services')
  assert.match(
    `${hops.services?.evidence}`,
    new RegExp(
      `^job hidden, http://host\\.docker\\.internal:${port}/metrics: .*connection refused$`,
    ),
  )
  assert.match(`${hops.services?.advice}`, /let it listen on every interface \(0\.0\.0\.0\)/)
  assert.match(
    stderr,
    /lab: localhost:3001 is on this machine: Prometheus, in a container, asks host\.docker\.internal:3001/,
  )
  assert.match(
    stdout,
    /\nlocalhost:3001 is scraped, as the job your-service\n {2}histograms {2}http_request_duration_seconds\n {2}nothing is in them yet: send it a request, or make load\n/,
  )
  assert.match(stdout, /hidden=localhost:\d+ does not answer Prometheus yet: .*\n.*\(0\.0\.0\.0\)/)
})

test('localhost is this machine to the load generator’s container too', async () => {
  const load = ['--rate', '50', '--duration', '3s', '--json', '-', '--no-progress']
  const url = 'http://localhost:3001/'
  const { stdout } = await compose('run', '--rm', '-T', '--service-ports', 'loadgen', ...load, url)
  const { planned, ok } = JSON.parse(stdout)
  assert.ok(planned > 100)
  assert.equal(ok, planned)
  await waitFor(`sum(http_request_duration_seconds_count{job="your-service",route="/"}) == ${ok}`)
})

test('a mistake is named, and nothing is started', async () => {
  await assert.rejects(up('localhost'), ({ code, stderr }: { code: number; stderr: string }) => {
    assert.match(stderr, /lab: TARGET localhost: has no port/)
    return code === 2
  })
})

test('a service on 8080 takes the place of the lab’s server', async () => {
  const { stdout, stderr } = await Promise.all([up('localhost:8080'), startWhenFree()]).then(
    ([said]) => said,
  )
  assert.match(stderr, /port 8080 is your service's: the lab's own server/)
  assert.doesNotMatch(stdout, /server {6}http/)
  await fetch('http://127.0.0.1:8080/')
  await waitFor('sum(http_request_duration_seconds_count{job="httpserver"}) == 1')
  const { stdout: services } = await compose('ps', '--services', '--status', 'running')
  assert.doesNotMatch(services, /^server$/m)
  await waitFor('sum_over_time(up{job="httpserver"}[20s]) > 1')
  const report = await doctor({ env: { LAB_GRAFANA: 'none' } })
  assert.equal(report.exitCode, 0, JSON.stringify(report, null, 2))
  assert.match(`${report.hops.ports?.what}`, /; 8080 has a server of yours/)
})

/** As somebody would who has just read that the port is free now. */
async function startWhenFree() {
  while (await isTaken(8080)) await sleep(50)
  await startExample(8080)
}

test('TARGET= ends it, and the lab has its server again', async () => {
  running.at(-1)?.kill()
  while (await isTaken(8080)) await sleep(50)
  const { stdout } = await up('')
  assert.match(stdout, /server {6}http:\/\/localhost:8080\n/)
  assert.ok(!existsSync(file))
})
