import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshScrape } from '../lab/picture.ts'
import { createPrometheus, type Prometheus } from '../lab/prometheus.ts'
import { freePort, type RunningServer, root, startPrometheus, startServer } from './processes.ts'

// The alerts of prometheus/rules on a real Prometheus, scraping each 5 s as shipped: a minute of ordinary load, an
// incident, and its end, in this order, under one load that goes on.
const started: { stop: () => Promise<void> }[] = []
let server: RunningServer
let prometheus: Prometheus
let prometheusUrl: string
let load: ChildProcess
const clock = { sleep, patienceMs: 20_000 }
const rate = ['--rate', '50', '--no-progress', '--timeout', '20s']

before(async () => {
  server = await startServer()
  started.push(server)
  const metricsPort = await freePort()
  const tsdb = await startPrometheus({ server: server.port, loadgen: metricsPort })
  started.push(tsdb)
  prometheusUrl = tsdb.url
  prometheus = createPrometheus(prometheusUrl)
  await freshScrape(prometheus, clock)
  // Its counters have to be seen at zero, and to be scraped twice before they are a rate.
  const metrics = ['--metrics-port', String(metricsPort)]
  load = spawn(
    process.execPath,
    [join(root, 'loadgen/main.ts'), ...rate, '--duration', '10m', ...metrics, `${server.url}/`],
    { stdio: 'ignore' },
  )
})

after(async () => {
  if (load?.exitCode === null) {
    load.kill('SIGKILL')
    await once(load, 'exit')
  }
  for (const { stop } of started.reverse()) await stop()
})

/** Runs `lab incident` or `lab recover` as a user does, to its end. */
async function lab(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'lab/main.ts'), ...args], {
    env: {
      PATH: process.env.PATH,
      LAB_CONTROL_URL: server.controlUrl,
      LAB_PROMETHEUS_URL: prometheusUrl,
      // Nobody listens there: neither is part of this.
      LAB_GRAFANA_URL: 'http://127.0.0.1:1',
      LAB_ALERTMANAGER_URL: 'http://127.0.0.1:1',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { exitCode, stdout, stderr }
}

// Whether this machine lets the load generator keep its schedule is not what is tested here.
const alerts = 'ALERTS{alertname!="LoadGeneratorLimited"}'

test('a minute of the ordinary lab under load makes no alert, not even a pending one', async () => {
  // An evaluation each 5 s: 13 of them that saw traffic are a minute.
  const seen =
    'count_over_time(job_slo:slo_errors_per_request:ratio_rate20s{slo="availability"}[5m])'
  while ((await prometheus.query(`${seen} >= 13`)).length === 0) await sleep(500)
  assert.deepEqual(await prometheus.query(`count_over_time(${alerts}[5m])`), [])
  // It is because all is well, and not because nothing is known.
  const burning = await prometheus.query('job_slo:error_budget:burn_rate1m')
  assert.deepEqual(burning.map(({ labels, value }) => [labels.job, labels.slo, value]).sort(), [
    ['httpserver', 'availability', 0],
    ['httpserver', 'latency', 0],
  ])
})

test('an incident makes the page-level alert fire within two minutes of load', async () => {
  const { exitCode, stdout, stderr } = await lab('incident', '--wait', '--limit', '110')
  assert.equal(exitCode, 0, stderr)
  assert.match(stdout, /answers take 0 to 6 s instead of 0 to 2 s, and 5 % of them are errors/)
  assert.match(stdout, /Prometheus sees \d+\.\d requests a second/)
  assert.match(stdout, /Alertmanager {2}not running: docker compose --profile alerts up/)
  assert.match(stderr, /after \d+ s: .*the page-level alert fires: (availability|latency)/)
})

test('recover clears the page-level alert, and the ordinary behaviour is back', async () => {
  const { exitCode, stdout, stderr } = await lab('recover', '--wait', '--limit', '110')
  assert.equal(exitCode, 0, stderr)
  assert.match(stdout, /does again what the lab does ordinarily: uniform, 0 to 2 s, no errors/)
  assert.match(stderr, /after \d+ s: .*the page-level alert does not fire/)
  const answer = await fetch(`${server.controlUrl}/api/behaviour`)
  assert.deepEqual(await answer.json(), { name: 'uniform', parameters: { min: 0, max: 2 } })
  // Both objectives were missed while it lasted, and the budgets know it.
  const left = await prometheus.query('job_slo:error_budget:remaining_ratio12h < 0')
  assert.deepEqual(left.map(({ labels }) => labels.slo).sort(), ['availability', 'latency'])
})
