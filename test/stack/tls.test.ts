import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tlsFiles } from '../../lab/certificate/renew.ts'
import { createPrometheus } from '../../lab/prometheus.ts'
import { root } from '../processes.ts'
import { createClient } from '../tls-parts.ts'
import { isTaken, leftovers, project, run } from './compose.ts'

// The lab in containers over HTTPS, with certificates that a container has made: as on a machine with Docker alone.
const folder = mkdtempSync(join(tmpdir(), 'lab-tls-smoke-'))
const at = (file: keyof typeof tlsFiles) => join(folder, 'tls', tlsFiles[file])
const files = `COMPOSE_FILE=${join(root, 'compose.yaml')}:${join(root, 'compose.tls.yaml')}`
const secure = (...command: string[]) => run('env', files, `LAB_DIR=${folder}`, ...command)
const compose = (...args: string[]) => secure('docker', 'compose', ...args)
const make = (...verbs: string[]) =>
  run('make', ...verbs, 'LAB_MODE=docker', 'LAB_TLS=on', `LAB_DIR=${folder}`)

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
const ca = () => readFileSync(at('authority'), 'utf8')

before(async () => {
  for (const port of [8080, 8081, 9090, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await make('certificate')
  // An image that nobody has: the lab without Grafana, wherever this runs.
  const override = join(folder, 'override.yaml')
  writeFileSync(override, 'services: { grafana: { image: "localhost:1/no/grafana:0.0.0" } }\n')
  const beside = `COMPOSE_FILE=${join(root, 'compose.yaml')}:${override}`
  const settings = ['LAB_MODE=docker', 'LAB_TLS=on', `LAB_DIR=${folder}`]
  const { stdout } = await run('env', beside, 'make', 'up', ...settings)
  assert.match(stdout, /server {6}https:\/\/localhost:8080\n {2}console {5}http:/)
})

after(async () => {
  await compose('--profile', 'load', 'down', '--volumes')
  rmSync(folder, { recursive: true })
})

test('a container makes the certificates, and they belong to the user who asked', () => {
  const modes = [join(folder, 'tls'), at('authorityKey'), at('key'), at('certificate')].map(modeOf)
  assert.deepEqual(modes, ['700', '600', '644', '644'])
  assert.equal(statSync(at('authorityKey')).uid, process.getuid?.())
})

test('the server is healthy over HTTPS, and Prometheus verifies it by way of the host', async () => {
  const prometheus = createPrometheus('http://127.0.0.1:9090')
  const up = 'up{job="httpserver",instance="host.docker.internal:8080"} == 1'
  while ((await prometheus.query(up)).length === 0) await sleep(200)
  const response = await fetch('http://127.0.0.1:9090/api/v1/targets?state=active')
  const { data } = (await response.json()) as {
    data: { activeTargets: { scrapePool: string; scrapeUrl: string }[] }
  }
  const { scrapeUrl } =
    data.activeTargets.find(({ scrapePool }) => scrapePool === 'httpserver') ?? {}
  assert.equal(scrapeUrl, 'https://host.docker.internal:8080/metrics')
})

test('Prometheus and the load generator see no key, and nobody sees the authority’s', async () => {
  const list = (stdout: string) => stdout.split('\n').filter((name) => /\.(key|crt)$/.test(name))
  const see = 'for file in /tls/*/*; do echo "$file"; done'
  const server = await compose('exec', '-T', 'server', 'sh', '-c', see)
  assert.deepEqual(list(server.stdout), [
    '/tls/server/server.crt',
    '/tls/server/server.key',
    '/tls/trust/ca.crt',
  ])
  const prometheus = await compose('exec', '-T', 'prometheus', 'sh', '-c', see)
  const loadgen = await compose('run', '--rm', '-T', '--entrypoint', 'sh', 'loadgen', '-c', see)
  for (const { stdout } of [prometheus, loadgen])
    assert.deepEqual(list(stdout), ['/tls/trust/ca.crt'])
})

test('make certificate reload under load: no request is lost, new clients meet the new certificate', async () => {
  const client = createClient(8080, ca())
  const { fingerprint } = await client.get('/ping')
  const load = ['--rate', '100', '--duration', '15s', '--json', '-', '--no-progress']
  const running = compose('run', '--rm', '-T', '--service-ports', 'loadgen', ...load)
  const isUnderWay = async () =>
    /^lab_request_duration_seconds_count\{http_route="\/"\} [1-9]/m.test(
      (await client.get('/metrics')).body,
    )
  while (!(await isUnderWay())) await sleep(100)
  const { stdout } = await make('certificate', 'reload')
  assert.match(stdout, /The authority is kept.*New clients get the certificate that is in \/tls/s)
  assert.notEqual((await client.get('/ping')).fingerprint, fingerprint)
  const { planned, ok, ...rest } = JSON.parse((await running).stdout)
  assert.ok(planned > 1200, `${planned} planned`)
  assert.equal(ok, planned, JSON.stringify({ ...rest, options: null }))
  const { stdout: state } = await compose('ps', '--format', 'json', 'server')
  assert.match(JSON.parse(state).Status, /healthy/)
})

test('without TLS make reload leaves the server alone: the signal would end it', async () => {
  const plain = (...args: string[]) => run('docker', 'compose', ...args)
  await plain('up', '--detach', '--wait', 'server')
  const { stdout: before } = await plain('ps', '--format', 'json', 'server')
  await assert.rejects(run('make', 'reload', 'LAB_MODE=docker'), /no server with TLS runs here/)
  const { stdout: after } = await plain('ps', '--format', 'json', 'server')
  assert.equal(JSON.parse(after).ID, JSON.parse(before).ID)
  assert.equal((await fetch('http://127.0.0.1:8080/ping')).status, 200)
})

test('down leaves no container, network or volume', async () => {
  await compose('--profile', 'load', 'down', '--volumes')
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
