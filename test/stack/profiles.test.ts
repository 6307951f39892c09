import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshScrape } from '../../lab/picture.ts'
import { createPrometheus } from '../../lab/prometheus.ts'
import { query } from '../influxd.ts'
import { root } from '../processes.ts'
import { compose, isTaken, leftovers, project, run } from './compose.ts'

// Compose' profiles together: what each of them does is in the tests of its own. The tests build on one another.
const names = 'alerts,influx,discovery'
const profiles = ['load', ...names.split(',')].flatMap((name) => ['--profile', name])
const influxUrl = 'http://127.0.0.1:8086'
const prometheus = createPrometheus('http://127.0.0.1:9090')
const folder = mkdtempSync(join(tmpdir(), 'lab-profiles-'))

before(async () => {
  for (const port of [8080, 8081, 8086, 9090, 9093, 9094, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
})

after(async () => {
  await compose(...profiles, 'down', '--volumes')
  rmSync(folder, { recursive: true })
})

/** A lab without Grafana, and with the templates that Debian's Alertmanager lacks: a webhook uses none of them. */
function files(): string {
  chmodSync(folder, 0o755)
  for (const name of ['default.tmpl', 'email.tmpl']) writeFileSync(join(folder, name), '')
  const volume = `${folder}:/usr/share/prometheus/alertmanager:ro,z`
  const services = {
    grafana: { image: 'localhost:1/no/grafana:0.0.0' },
    alertmanager: { volumes: [volume] },
  }
  const file = join(folder, 'override.yaml')
  writeFileSync(file, JSON.stringify({ services }))
  return `COMPOSE_FILE=${join(root, 'compose.yaml')}:${file}`
}

type Target = { scrapePool: string; health: string; labels: Record<string, string> }

async function targets(): Promise<Target[]> {
  const response = await fetch('http://127.0.0.1:9090/api/v1/targets?state=active')
  return ((await response.json()) as { data: { activeTargets: Target[] } }).data.activeTargets
}

/** The jobs of all targets that Prometheus has, once the lab's own server is scraped. */
async function jobs(): Promise<string[]> {
  for (;;) {
    const all = await targets()
    const isUp = all.some(
      ({ scrapePool, health }) => scrapePool === 'httpserver' && health === 'up',
    )
    if (isUp) return all.map(({ scrapePool }) => scrapePool).sort()
    await sleep(250)
  }
}

/** The command that make runs for a verb, up to the first `;`: without what it does to the checkout's files. */
async function recipe(verb: string): Promise<string[]> {
  const { stdout } = await run('make', '--dry-run', '--no-print-directory', verb, 'LAB_MODE=docker')
  return (stdout.split(';')[0] ?? '').trim().split(' ')
}

const core = ['httpserver', 'loadgen', 'prometheus']
const metrics = async () => (await fetch('http://127.0.0.1:8080/metrics')).text()

test('without a profile the server loads none of their code, and with it does', async () => {
  const hook = `import { registerHooks } from 'node:module'
    registerHooks({ load: (url, context, next) => (console.error(url), next(url, context)) })`
  const option = `--import=data:text/javascript,${encodeURIComponent(hook)}`
  const loaded = async (...settings: string[]) => {
    const env = ['PORT=0', 'CONTROL_PORT=0', 'LOG_LEVEL=silent', ...settings]
    const server = ['timeout', '--preserve-status', '3', 'node', option, 'server/main.ts']
    const { stderr } = await compose('exec', '-T', 'server', 'env', ...env, ...server)
    const own = [...stderr.matchAll(/^file:\/\/\/lab\/(?!node_modules)(\S+)$/gm)].map(
      ([, file]) => file,
    )
    assert.ok(own.includes('server/app.ts'), stderr)
    return own.filter((file = '') =>
      /influx\/influx|registration\.ts|etcd|^discovery|^lab/.test(file),
    )
  }
  assert.deepEqual(await loaded(), [])
  const nobody = 'http://127.0.0.1:1'
  assert.deepEqual((await loaded(`INFLUX_URL=${nobody}`, `ETCD_URL=${nobody}`)).sort(), [
    'server/influx/influx.ts',
    'server/registration-etcd.ts',
    'server/registration.ts',
  ])
})

test('without a profile there is no container and no target of theirs, and no word of them in the logs', async () => {
  const { stdout } = await compose(...profiles, 'ps', '--all', '--services')
  assert.deepEqual(stdout.trim().split('\n').sort(), ['prometheus', 'server'])
  assert.deepEqual(await jobs(), core)
  const logs = await compose('logs', '--no-log-prefix')
  assert.doesNotMatch(logs.stdout, /level=(warn|error)|"level":"(warn|error|fatal)"|influx|etcd/i)
})

test('a profile that there is not is refused, with those that there are', async () => {
  await assert.rejects(run('env', 'COMPOSE_PROFILES=influx,allerts,etcd', './lab/up.sh'), {
    code: 2,
    stderr:
      /no profile is called allerts etcd\. There are: alerts discovery influx load\. Nothing was/,
  })
})

test('make up with all of them: each service is healthy, and each is named', async () => {
  const { stdout } = await run('env', files(), `COMPOSE_PROFILES=${names}`, './lab/up.sh')
  assert.match(stdout, /\n {2}alerts {6}http:\/\/localhost:9093, and what was sent: .*:9094\n/)
  assert.match(stdout, /\n {2}InfluxDB {4}http:\/\/localhost:8086\n {2}discovery {3}3 servers more/)
  const { stdout: list } = await compose(...profiles, 'ps', '--all', '--format', 'json')
  const health = list
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const expected = [
    'alertmanager',
    'discovery',
    'etcd',
    'influxdb',
    'instance',
    'instance',
    'instance',
  ]
  assert.deepEqual(
    health.map(({ Service, Health }) => `${Service} ${Health}`).sort(),
    [...expected, 'prometheus', 'receiver', 'server'].map((name) => `${name} healthy`),
  )
})

test('each request is in Prometheus and in InfluxDB, and they are equal in number', async () => {
  const options = ['--rate', '40', '--duration', '10s', '--json', '-', '--no-progress']
  const expected = ['--expect', 'errors<=0', '--expect', 'p99<2.5s']
  const loading = ['run', '--rm', '-T', '--service-ports', 'loadgen', ...options, ...expected]
  const { planned, ok } = JSON.parse((await compose(...loading)).stdout)
  assert.ok(planned > 300, `${planned} planned`)
  assert.equal(ok, planned)
  const count = 'lab_request_duration_seconds_count{http_route="/",job="httpserver"}'
  await freshScrape(prometheus, { sleep, patienceMs: 30_000 })
  assert.deepEqual(
    (await prometheus.query(count)).map(({ value }) => value),
    [planned],
  )
  // By the time of a scrape the last push may be under way.
  const pushed = `SELECT sum("value") FROM "count_request" WHERE "route" = '/'`
  const arrived = async () => (await query(influxUrl, pushed))[0]?.values[0]?.[1]
  const giveUpMs = performance.now() + 10_000
  while ((await arrived()) !== planned && performance.now() < giveUpMs) await sleep(100)
  assert.equal(await arrived(), planned)
})

test('all targets are up, the three that registered among them, and no alert fires or is about to', async () => {
  // A generator is there during a run alone.
  const seen = async () => (await targets()).filter(({ scrapePool }) => scrapePool !== 'loadgen')
  // A name is looked up each 15 s, and what it gives is scraped within 5 s from then.
  const giveUpMs = performance.now() + 30_000
  let all = await seen()
  while (
    (all.length < 7 || all.some(({ health }) => health === 'unknown')) &&
    performance.now() < giveUpMs
  ) {
    await sleep(250)
    all = await seen()
  }
  const registered = Array(3).fill('dynamic up')
  assert.deepEqual(all.map(({ scrapePool, health }) => `${scrapePool} ${health}`).sort(), [
    'discovery up',
    ...registered,
    'etcd up',
    'httpserver up',
    'prometheus up',
  ])
  // One alert is about the machine that the generator has, and a busy one is no fault of the profiles'.
  assert.deepEqual(await prometheus.query('ALERTS{alertname!="LoadGeneratorLimited"}'), [])
  assert.deepEqual(await (await fetch('http://127.0.0.1:9094/')).json(), [])
})

test('make logs shows all of them, whatever profile it is told of', async () => {
  const [docker = '', ...args] = (await recipe('logs')).filter((word) => word !== '--follow')
  const { stdout } = await run(docker, ...args)
  const services = new Set([...stdout.matchAll(/^([a-z]+)-\d+ +\|/gm)].map(([, name]) => name))
  for (const name of [
    'alertmanager',
    'discovery',
    'etcd',
    'influxdb',
    'instance',
    'receiver',
    'server',
  ])
    assert.ok(services.has(name), `${name} is not among ${[...services]}`)
})

test('make down ends all; a lab without them afterwards scrapes none of their servers', async () => {
  const [docker = '', ...args] = await recipe('down')
  await run(docker, ...args)
  assert.deepEqual((await leftovers()).containers, [])
  await compose('up', '--detach', '--wait', 'server', 'prometheus')
  assert.deepEqual(await jobs(), core)
  assert.doesNotMatch(await metrics(), /influx/)
})

test('make clean leaves no container, network or volume', async () => {
  const [docker = '', ...args] = await recipe('clean')
  await run(docker, ...args)
  assert.deepEqual(await leftovers(), { containers: [], networks: [], volumes: [] }, project)
})
