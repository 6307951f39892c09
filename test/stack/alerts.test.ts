import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from '../processes.ts'
import { compose, isTaken, leftovers, project, run } from './compose.ts'

// Compose' profile alerts: an incident under load goes from the server by way of Prometheus and Alertmanager to the
// receiver, and so does its end. The tests build on one another.
const profiles = ['--profile', 'load', '--profile', 'alerts']
const receiverUrl = 'http://127.0.0.1:9094/'
let load = ''

before(async () => {
  for (const port of [8080, 8081, 9090, 9093, 9094, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  // As an ordinary lab first: the profile is started beside it, and nothing of it anew.
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
  const options = ['--rate', '50', '--duration', '10m', '--timeout', '20s', '--no-progress']
  const detached = ['run', '--detach', '--rm', '--service-ports', 'loadgen', ...options]
  load = (await compose(...detached)).stdout.trim()
})

after(async () => {
  if (load) await run('docker', 'rm', '--force', load)
  await compose(...profiles, 'down', '--volumes')
})

/**
 * Debian's Alertmanager reads from a folder the templates that the official one has built in; an image that has the
 * program alone lacks them. A webhook uses none of them, so empty ones do.
 */
async function templates(): Promise<string[]> {
  const image = (await compose(...profiles, 'config', '--images', 'alertmanager')).stdout.trim()
  const version = ['run', '--rm', '--entrypoint', '/bin/alertmanager', image, '--version']
  const { stdout, stderr } = await run('docker', ...version)
  if (!/branch: debian/.test(stdout + stderr)) return []
  const folder = mkdtempSync(join(tmpdir(), 'lab-templates-'))
  after(() => rmSync(folder, { recursive: true }))
  chmodSync(folder, 0o755)
  for (const name of ['default.tmpl', 'email.tmpl']) writeFileSync(join(folder, name), '')
  const override = join(folder, 'override.yaml')
  const volume = `${folder}:/usr/share/prometheus/alertmanager:ro,z`
  writeFileSync(override, `services: { alertmanager: { volumes: ["${volume}"] } }\n`)
  return ['--file', join(root, 'compose.yaml'), '--file', override]
}

/** Runs a verb of the lab as make does. */
const lab = (...args: string[]) =>
  compose('run', '--rm', '-T', '--entrypoint', 'node', 'loadgen', 'lab/main.ts', ...args)

type Arrived = { status: string; labels: Record<string, string> }

/** Asks the receiver until it has such an alert. */
async function arrived(isIt: (alert: Arrived) => boolean): Promise<Arrived[]> {
  for (;;) {
    const all = (await (await fetch(receiverUrl)).json()) as Arrived[]
    if (all.some(isIt)) return all
    await sleep(500)
  }
}

const isPage =
  (status: string) =>
  ({ status: its, labels }: Arrived) =>
    its === status && labels.alertname === 'ErrorBudgetBurn' && labels.severity === 'page'

test('an ordinary lab, which has no Alertmanager, logs no warning about it', async () => {
  // Long enough for the name to be looked up again: each 15 s.
  await sleep(20_000)
  const { stdout, stderr } = await compose('logs', '--no-log-prefix', 'prometheus')
  assert.doesNotMatch(`${stdout}${stderr}`, /level=(warn|error)/i)
})

test('started beside it, Alertmanager and the receiver are healthy, and Prometheus finds the one', async () => {
  const files = await templates()
  await compose(...files, ...profiles, 'up', '--detach', '--wait', 'alertmanager', 'receiver')
  const found = async () => {
    const response = await fetch('http://127.0.0.1:9090/api/v1/alertmanagers')
    const { data } = (await response.json()) as { data: { activeAlertmanagers: object[] } }
    return data.activeAlertmanagers.length
  }
  while ((await found()) === 0) await sleep(500)
})

test('an incident arrives at the receiver as a page, and without the tickets that it makes needless', async () => {
  const { stderr } = await lab('incident', '--wait', '--limit', '120')
  assert.match(stderr, /the page-level alert fires/)
  const all = await arrived(isPage('firing'))
  assert.deepEqual(
    all.filter(({ labels }) => labels.severity === 'ticket' && labels.slo === all[0]?.labels.slo),
    [],
  )
})

test('its end arrives too, and each alert is a line in the receiver’s log', async () => {
  const { stderr } = await lab('recover', '--wait', '--limit', '120')
  assert.match(stderr, /the page-level alert does not fire/)
  await arrived(isPage('resolved'))
  const { stdout } = await compose('logs', '--no-log-prefix', 'receiver')
  assert.match(
    stdout,
    /FIRING {3}page {3}ErrorBudgetBurn \w+ of httpserver \(since .*budget is being/,
  )
  assert.match(stdout, /RESOLVED page {3}ErrorBudgetBurn \w+ of httpserver \(from .* to /)
})

test('down takes the profile’s containers, network and volumes with it', async () => {
  await run('docker', 'rm', '--force', load)
  load = ''
  await compose(...profiles, 'down', '--volumes')
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
