import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { createAdaptorServer } from '@hono/node-server'
import { pino } from 'pino'
import { createControl as createControlClient } from '../lab/control.ts'
import { type AppOptions, createApp } from '../server/app.ts'
import { readConfig } from '../server/config.ts'
import { createControl } from '../server/control.ts'
import { waitAtLeast } from '../server/wait.ts'
import { freePort, root, startPrometheus, startServer } from './processes.ts'

// `lab verify` as a process, with the real load generator and a real Prometheus. Prometheus scrapes by
// way of `exposition`, which can break on the way what the server says.

type Served = { url: string; controlUrl: string }

/** What is scraped, and what becomes of it on the way. */
const scraped = { url: '', rewrite: (line: string): string | null => line }

const started: { stop: () => Promise<unknown> }[] = []
let prometheusUrl: string
let metricsPort: number
let real: Served

before(async () => {
  const exposition = await listen(
    createServer(async (_, response) => {
      const answer = await fetch(`${scraped.url}/metrics`)
      const lines = (await answer.text()).split('\n').map(scraped.rewrite)
      response.setHeader('Content-Type', answer.headers.get('content-type') ?? '')
      response.end(lines.filter((line) => line !== null).join('\n'))
    }),
  )
  const server = await startServer()
  started.push(server)
  real = server
  scraped.url = real.url
  metricsPort = await freePort()
  const targets = { server: Number(new URL(exposition).port), loadgen: metricsPort }
  const prometheus = await startPrometheus(targets, { scrapeSeconds: 1 })
  started.push(prometheus)
  prometheusUrl = prometheus.url
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  started.push({
    stop: async () => {
      server.close()
      server.closeAllConnections()
    },
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A server in this process, in which something can be wrong. */
async function serve(wrong: Pick<AppOptions, 'random' | 'wait'>): Promise<Served> {
  const logger = pino({ base: null }, { write() {} })
  const config = readConfig({ SEED: '3' }, 'test')
  const { app, metrics, regimes } = createApp({ config, logger, ...wrong })
  const control = createControl({ regimes, layouts: metrics.layouts, logger })
  return {
    url: await listen(createAdaptorServer({ fetch: app.fetch }) as Server),
    controlUrl: await listen(createAdaptorServer({ fetch: control.fetch }) as Server),
  }
}

type Check = { what: string; found: string; allowed: string; passed: boolean }
type Report = {
  passed: boolean
  behaviours: { checks: Check[]; words: string[]; counts: { count: number }[] }[]
}

function startVerify({ url, controlUrl }: Served, args: string[]) {
  const load = ['--rate', '150', '--metrics-port', String(metricsPort)]
  return spawn(process.execPath, [join(root, 'lab/main.ts'), 'verify', ...load, ...args], {
    env: {
      PATH: process.env.PATH,
      LOADGEN_URL: `${url}/`,
      LAB_CONTROL_URL: controlUrl,
      LAB_PROMETHEUS_URL: prometheusUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

/** Runs `lab verify` against a server, to its end. */
async function runVerify(served: Served, args: string[]) {
  scraped.url = served.url
  const child = startVerify(served, [...args, '--json', '-'])
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  const report = stdout ? (JSON.parse(stdout) as Report) : undefined
  const checks = report?.behaviours[0]?.checks ?? []
  const failed = checks.filter(({ passed }) => !passed).map(({ what }) => what)
  return { exitCode, stderr, report, checks, failed }
}

const verified: [args: string[], checks: number, words: RegExp][] = [
  [
    ['--behaviour', 'uniform', '--requests', '600'],
    50,
    /OpenTelemetry buckets put p9\d at 2\.\d+ s for a server that never took longer than [12]\.\d+ s: the bucket 1–2\.5 s is too wide/,
  ],
  [
    ['--behaviour', 'errors', '--parameters', '{"errorRatio":0.3}', '--requests', '400'],
    50,
    /are exact in every layout/,
  ],
  [
    ['--behaviour', 'incident', '--parameters', '{"first":3}', '--requests', '600'],
    45,
    /no analytic value: incident changes with time/,
  ],
]
for (const [args, count, words] of verified) {
  test(`verify ${args.join(' ')} passes, with equal counts, and puts the old behaviour back`, async () => {
    const control = createControlClient(real.controlUrl)
    const old = await control.change({ name: 'constant', parameters: { delay: 0.123 } })
    // What came just before is not of this run.
    await Promise.all(Array.from({ length: 5 }, () => fetch(real.url)))
    const { exitCode, stderr, report, checks, failed } = await runVerify(real, args)
    assert.deepEqual(failed, [], stderr)
    assert.equal(exitCode, 0, stderr)
    assert.equal(report?.passed, true)
    assert.equal(checks.length, count)
    assert.deepEqual(
      report?.behaviours[0]?.counts.map((each) => each.count),
      Array.from({ length: 7 }, () => Number(args.at(-1))),
    )
    assert.match(report?.behaviours[0]?.words.join('\n') ?? '', words)
    assert.match(stderr, new RegExp(`All ${count} checks passed\\.`))
    assert.deepEqual(await control.behaviour(), old)
  })
}

test('one delay doubled behind the truth’s back is found out', async () => {
  let doubled = false
  const wait: typeof waitAtLeast = (ms, options) => {
    const double = !doubled && ms > 1200
    if (double) doubled = true
    return waitAtLeast(double ? 2 * ms : ms, options)
  }
  const { exitCode, failed, stderr } = await runVerify(await serve({ wait }), ['--requests', '200'])
  assert.equal(exitCode, 1, stderr)
  assert.deepEqual(failed, [
    'the worst request, over its delay',
    'the worst request, over the third worst',
  ])
  assert.match(
    stderr,
    /2 of 50 checks failed:\n {2}the worst request, over its delay: .* s, and allowed/,
  )
})

test('delays that do not follow their formula are found out', async () => {
  // The square root of a uniform number: small delays are rare.
  const random = () => Math.sqrt(Math.random())
  const args = ['--requests', '600', '--parameters', '{"max":0.4}']
  const { exitCode, failed } = await runVerify(await serve({ random }), args)
  assert.equal(exitCode, 1)
  for (const what of ['injected p50', 'injected mean']) assert.ok(failed.includes(what), what)
  assert.deepEqual(
    failed.filter((what) => !what.startsWith('injected')),
    [],
  )
})

test('a layout with another bound, one with a wrong count, and a dropped label are each found out', async () => {
  scraped.rewrite = (line) => {
    if (/^http_server_.*le="0[.]25"/.test(line)) return line.replace('0.25', '0.3')
    if (/^httpserver_execution.*_bucket\{le="0[.]128",step="total"/.test(line)) {
      return line.replace(/\d+$/, (count) => String(Math.ceil(Number(count) * 0.9)))
    }
    return line.replace(/^(lab_request_duration_seconds.*)http_route="\/"(,?)/, '$1')
  }
  try {
    const args = ['--requests', '300', '--parameters', '{"max":0.4}']
    const { exitCode, failed, checks } = await runVerify(real, args)
    assert.equal(exitCode, 1)
    const of = (layout: string) => failed.filter((what) => what.includes(layout))
    assert.ok(of('OpenTelemetry').includes('OpenTelemetry bounds'), failed.join('\n'))
    assert.deepEqual(of('exponential'), ['exponential bucket up to 0.128 s'])
    assert.ok(of('lab_request_duration').includes('lab_request_duration_seconds_count'))
    assert.equal(
      checks.find(({ what }) => what === 'lab_request_duration_seconds_count')?.found,
      'no such series',
    )
  } finally {
    scraped.rewrite = (line) => line
  }
})

test('interrupted, it puts the old behaviour back and ends with 130', async () => {
  const control = createControlClient(real.controlUrl)
  const old = await control.change({ name: 'constant', parameters: { delay: 0.05 } })
  scraped.url = real.url
  const child = startVerify(real, ['--behaviour', 'pareto', '--requests', '5000'])
  child.stdout.resume()
  child.stderr.resume()
  // In the middle of the run: the truth has seen some of it.
  while ((await control.truth()).name !== 'pareto' || (await control.truth()).count < 50) {
    assert.equal(child.exitCode, null)
  }
  const exited = once(child, 'exit')
  child.kill('SIGINT')
  assert.equal((await exited)[0], 130)
  assert.deepEqual(await control.behaviour(), old)
})

test('a behaviour that is none is refused by name, and the old one stays, with its truth', async () => {
  const control = createControlClient(real.controlUrl)
  const old = await control.change({ name: 'constant', parameters: { delay: 0.001 } })
  await fetch(real.url)
  const { exitCode, stderr } = await runVerify(real, ['--behaviour', 'slow'])
  assert.equal(exitCode, 2)
  assert.match(stderr, /lab: name="slow": must be one of uniform, constant, /)
  const { name, parameters, count } = await control.truth()
  assert.deepEqual({ name, parameters, count }, { ...old, count: 1 })
})

test('a control listener that is not there is named, with what to do', async () => {
  const nowhere = { ...real, controlUrl: `http://127.0.0.1:${await freePort()}` }
  const { exitCode, stderr } = await runVerify(nowhere, [])
  assert.equal(exitCode, 1)
  assert.match(
    stderr,
    /control listener doesn't answer at .*ECONNREFUSED.*make up.*LAB_MODE=native/,
  )
})
