import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isTaken } from '../lab/native/ports.ts'
import { createPrometheus } from '../lab/prometheus.ts'
import { targetFile } from '../lab/target-file.ts'
import { hopOf, readReport } from './doctor-report.ts'
import { nativeLab } from './native-lab.ts'
import { committedDashboards, panelQueries, substitute } from './panels.ts'
import { freePort, prometheusBinaries, root } from './processes.ts'
import { createAsked } from './shown/asked.ts'
import { readExposition } from './shown/exposition.ts'
import { type Variable, valuesOf } from './variables.ts'

// The walk of docs/your-own-service.md without Docker, by the commands that stand there, in a copy of the project: its
// target file is none of a lab that somebody runs here.

const guide = readFileSync(join(root, 'docs/your-own-service.md'), 'utf8')
const commands = [...guide.matchAll(/^```console\n\$ (.+)\n```$/gm)].map(
  ([, command]) => command ?? '',
)

const scratch = mkdtempSync(join(tmpdir(), 'lab-own-'))
const project = join(scratch, 'project')
const lab = await nativeLab(join(scratch, 'lab'))
const port = await freePort()
const prometheus = createPrometheus(lab.prometheusUrl)
const running: ChildProcess[] = []

before(async () => {
  await prometheusBinaries()
  for (const path of [
    'docs',
    'examples',
    'grafana',
    'lab',
    'loadgen',
    'prometheus',
    'server',
    'Makefile',
    'package.json',
  ])
    cpSync(join(root, path), join(project, path), { recursive: true })
  rmSync(join(project, targetFile), { force: true })
  cpSync(join(root, 'package-lock.json'), join(project, 'package-lock.json'))
  // Older than what is installed: make has nothing to install.
  utimesSync(join(project, 'package-lock.json'), 0, 0)
  for (const path of ['node_modules', '.cache']) symlinkSync(join(root, path), join(project, path))
})

after(async () => {
  for (const child of running) child.kill()
  await run('make down')
  rmSync(scratch, { recursive: true })
})

/** A command of the guide, here: with ports that are free, and a shorter run. */
function start(command: string): ChildProcess {
  const here = command
    .replaceAll('localhost:3001', `localhost:${port}`)
    .replace(/ARGS=(\S+)/, `ARGS='--metrics-port ${lab.ports.loadgen} $1'`)
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`
  return spawn('sh', ['-c', `exec ${here}`], {
    cwd: project,
    env: { ...lab.env, PATH, PORT: String(port), DURATION: '12s' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function run(command: string) {
  const child = start(command)
  assert.ok(child.stdout && child.stderr)
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { exitCode, stdout, stderr }
}

const until = async (holds: () => Promise<boolean>, what: string) => {
  for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 100) {
    if (await holds()) return
    await sleep(100)
  }
  assert.fail(`not within 20 s: ${what}`)
}

/** What the doctor says, once it no longer asks to wait, and which hops are not well then. */
async function examine() {
  for (let waits = 0; waits < 4; waits++) {
    const { exitCode, stdout, stderr } = await run('./lab/doctor.sh --json')
    assert.equal(stderr, '')
    const { report, headline } = readReport(stdout)
    const waiting = report.hops.find(({ status }) => status === 'waiting')
    // Of the load above, which a busy machine may not have sent in time.
    const notWell = report.hops.filter(
      ({ hop, status }) => status !== 'ok' && hop !== 'load-generator',
    )
    if (!waiting) return { exitCode, report, headline, notWell: notWell.map(({ hop }) => hop) }
    assert.equal(exitCode, 1)
    await sleep((waiting.seconds ?? 0) * 1000)
  }
  assert.fail('the doctor asks to wait again and again')
}

const rangeSeconds = 120
const dashboard = committedDashboards()['service.json']
const variables = (dashboard?.templating?.list ?? []) as Variable[]
const values = (chosen: Record<string, string> = {}) =>
  valuesOf(variables, lab.prometheusUrl, { rangeSeconds, chosen })

/** What the service itself says it has answered. */
const answered = async () => {
  const exposition = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const counts = readExposition(exposition).filter(
    ({ name }) => name === 'http_request_duration_seconds_count',
  )
  return counts.reduce((sum, { value }) => sum + value, 0)
}

test('the guide has the commands that are tried here', () => {
  assert.deepEqual(commands, [
    'node examples/node-http/server.js',
    'make up TARGET=localhost:3001',
    'make load ARGS=http://localhost:3001/',
    'make up TARGET=',
  ])
})

test('the example is as short as the guide says', () => {
  const lines = readFileSync(join(root, 'examples/node-http/server.js'), 'utf8')
    .trimEnd()
    .split('\n')
  assert.ok(guide.includes(`${lines.length} lines that are no part of the lab`), `${lines.length}`)
})

test('a service that does not run is named, and the lab is up all the same', async () => {
  const { exitCode, stdout, stderr } = await run(commands[1] ?? '')
  assert.equal(exitCode, 0)
  assert.match(stdout, /The lab is up:\n {2}server /)
  assert.match(stderr, /waiting for the first scrape, which takes up to 15 s\n$/)
  assert.match(
    stdout,
    /localhost:\d+ does not answer Prometheus yet: .*connection refused\n {2}start it, or name the port/,
  )
})

test('the doctor names the service that does not run, what Prometheus says of it, and nothing else', async () => {
  const { exitCode, report, headline, notWell } = await examine()
  assert.deepEqual([exitCode, report.firstBroken], [1, 'services'])
  const url = `http://127.0.0.1:${port}/metrics`
  assert.equal(
    headline?.what,
    `Prometheus can't scrape your-service (${url}): the connection is refused: nothing listens there that it could reach`,
  )
  assert.deepEqual(headline?.evidence, [
    `job your-service, ${url}: Get "${url}": dial tcp 127.0.0.1:${port}: connect: connection refused`,
  ])
  assert.equal(headline?.advice, 'start it, or name the port that it listens on: TARGET=host:port')
  assert.deepEqual(notWell, ['services'])
})

test('a service that runs is scraped within seconds, and its histogram is named', async () => {
  const service = start(commands[0] ?? '')
  running.push(service)
  await until(
    () =>
      fetch(`http://127.0.0.1:${port}/metrics`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'it answers',
  )
  const { exitCode, stdout, stderr } = await run(commands[1] ?? '')
  assert.equal(exitCode, 0, stderr)
  assert.match(
    stdout,
    new RegExp(
      `localhost:${port} is scraped, as the job your-service\n {2}histograms {2}http_request_duration_seconds\n {2}nothing is in them yet`,
    ),
  )
})

test('beside the lab’s server all is well', async () => {
  const { exitCode, report } = await examine()
  assert.equal(exitCode, 0, JSON.stringify(report, null, 2))
  assert.equal(
    hopOf(report, 'services')?.what,
    `Prometheus scrapes your-service (http://127.0.0.1:${port}/metrics)`,
  )
  assert.match(`${hopOf(report, 'server')?.what}`, /\/metrics answers$/)
})

test('every request of the load is counted by the service, and by Prometheus', async () => {
  const before = await answered()
  const { exitCode, stdout, stderr } = await run(commands[2] ?? '')
  assert.equal(exitCode, 0, stderr)
  const ok = Number(/^ {2}ok +([\d,]+)/m.exec(stdout)?.[1]?.replaceAll(',', ''))
  assert.ok(ok > 400, stdout)
  assert.equal((await answered()) - before, ok)
  const counted = 'sum(http_request_duration_seconds_count{job="your-service"})'
  await until(async () => (await prometheus.query(counted))[0]?.value === ok + before, counted)
})

test('the dashboard finds the service, its histogram and labels by itself', async () => {
  assert.deepEqual(await values(), {
    job: 'your-service',
    histogram: 'http_request_duration_seconds',
    label: 'route',
    route: '.*',
    status: 'code',
    per_second: '1',
  })
  // The lab's own server has OpenTelemetry's names.
  assert.deepEqual(await values({ job: 'httpserver' }), {
    job: 'httpserver',
    histogram: 'http_server_request_duration_seconds',
    label: 'http_route',
    route: '.*',
    status: 'http_response_status_code',
    per_second: '1',
  })
})

const seconds = [
  'Median',
  'Mean',
  'p95',
  'p99',
  'Percentiles over time',
  '95th percentile by route',
  'Mean by route',
]

test('every query of the dashboard has a value, and durations are those that the example has', async () => {
  const asked = createAsked(lab.prometheusUrl)
  const chosen = await values()
  const queries = panelQueries().filter((query) => query.dashboard === 'service')
  assert.ok(queries.length > 15)
  for (const { panel, refId, expr } of queries) {
    const promql = substitute(expr, { rateInterval: '60s', rangeSeconds, variables: chosen })
    const answers = await asked.at(promql, Date.now() / 1000)
    const all = answers.flatMap((answer) => answer.values.map(({ value }) => value))
    assert.ok(all.length > 0 && all.every(Number.isFinite), `${panel}, ${refId}: ${promql}`)
    // 20 to 100 ms; the buckets that hold it are from 10 to 250 ms.
    if (seconds.includes(panel))
      for (const value of all) assert.ok(value > 0.01 && value < 0.25, `${panel}: ${value}`)
  }
})

test('the query of the guide is the 95th percentile, as far as its bucket goes', async () => {
  const [, query = ''] = /```promql\n(.+)\n```/.exec(guide) ?? []
  const [answer] = await prometheus.query(query)
  assert.ok(answer && answer.value > 0.05 && answer.value <= 0.25, `${answer?.value}`)
})

test('a mistake is named, and nothing is changed', async () => {
  const before = readFileSync(join(project, targetFile), 'utf8')
  const { exitCode, stderr } = await run('make up TARGET="localhost a:0"')
  assert.equal(exitCode, 2)
  assert.match(stderr, /TARGET localhost: has no port.*\n.*TARGET a:0: the port must be 1 to 65535/)
  assert.equal(readFileSync(join(project, targetFile), 'utf8'), before)
})

test('the lab goes on without its server where the service has the server’s port', async () => {
  const { exitCode, stdout, stderr } = await run(`make up TARGET=localhost:${lab.ports.server}`)
  assert.equal(exitCode, 0, stderr)
  assert.match(
    stderr,
    /is your service's: the lab's own server, with its console and behaviours, stays out/,
  )
  assert.match(stdout, /The lab is up:\n {2}Prometheus /)
  assert.equal(lab.state().processes.server, undefined)
})

test('the doctor misses the service in the server’s place until it runs, and is content then', async () => {
  const { exitCode, report, headline } = await examine()
  assert.deepEqual([exitCode, report.firstBroken], [1, 'server'])
  assert.match(`${headline?.advice}`, /^start your service, which is there in the place of/)
  const command = `env PORT=${lab.ports.server} node examples/node-http/server.js`
  const service = start(command)
  running.push(service)
  await until(() => isTaken(lab.ports.server), 'it listens')
  await until(
    async () => (await prometheus.query('up{job="httpserver"} == 1')).length === 1,
    'it is scraped',
  )
  const then = await examine()
  assert.deepEqual(then.notWell, [], JSON.stringify(then.report, null, 2))
  assert.match(`${hopOf(then.report, 'ports')?.what}`, /has a server of yours/)
  assert.equal(hopOf(then.report, 'services'), undefined)
})

test('beside a service of one’s own, the doctor leaves the server on the lab’s port alone', async () => {
  const { exitCode, stderr } = await run(`make up TARGET=localhost:${port}`)
  assert.equal(exitCode, 0, stderr)
  assert.match(stderr, /is taken by .*: the lab's own server, with its console/)
  const { report, notWell } = await examine()
  assert.deepEqual(notWell, [], JSON.stringify(report, null, 2))
  for (const hop of ['server', 'exposition', 'scrape', 'panel'])
    assert.equal(hopOf(report, hop), undefined)
  assert.match(`${hopOf(report, 'samples')?.what}`, /^scraped \d\.\d s ago/)
})

test('a service without metrics where they are looked for is told of other paths', async () => {
  const { stdout } = await run(`make up TARGET=shop=localhost:${port}/nowhere`)
  assert.match(stdout, /HTTP status 404 Not Found\n {2}if its metrics are at another path, name it/)
  const { exitCode, headline } = await examine()
  assert.equal(exitCode, 1)
  const url = `http://127.0.0.1:${port}/nowhere`
  assert.equal(headline?.what, `Prometheus can't scrape shop (${url}): it gets HTTP 404`)
  assert.deepEqual(headline?.evidence, [
    `job shop, ${url}: server returned HTTP status 404 Not Found`,
  ])
  running.pop()?.kill()
  await until(async () => !(await isTaken(lab.ports.server)), 'the port is free')
})

test('TARGET= ends it, and the lab goes on', async () => {
  const { exitCode, stderr } = await run(commands[3] ?? '')
  assert.equal(exitCode, 0, stderr)
  assert.ok(!existsSync(join(project, targetFile)))
  assert.ok(lab.pidOf('server'))
  await until(
    async () => (await prometheus.query('up{job="your-service"}')).length === 0,
    'it is asked no more',
  )
})
