import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createControl } from '../lab/control.ts'
import { freshScrape } from '../lab/picture.ts'
import { createPrometheus } from '../lab/prometheus.ts'
import { lessonTexts } from './lesson-texts.ts'
import {
  freePort,
  type RunningServer,
  root,
  runLoad,
  startPrometheus,
  startServer,
} from './processes.ts'

// `lab lesson` as a process, on a lab of processes whose Prometheus scrapes each second. The answers come
// from elsewhere than the checker has them from: the truth, the client, arithmetic. The tests go in order:
// each looks at what the load before it left, as a learner does.

const started: { stop: () => Promise<unknown> }[] = []
let port: number
let server: RunningServer
let prometheusUrl: string
let metricsPort: number

before(async () => {
  port = await freePort()
  metricsPort = await freePort()
  const tsdb = await startPrometheus({ server: port, loadgen: metricsPort }, { scrapeSeconds: 1 })
  started.push(tsdb)
  prometheusUrl = tsdb.url
  server = await serve()
  await scraped()
})

after(async () => {
  await server.stop()
  for (const { stop } of started.reverse()) await stop()
})

const serve = (env: NodeJS.ProcessEnv = {}) => startServer({ PORT: `${port}`, SEED: '1', ...env })

const scraped = () => freshScrape(createPrometheus(prometheusUrl), { sleep, patienceMs: 20_000 })

const control = () => createControl(server.controlUrl)

async function load(...options: string[]) {
  const { exitCode, result } = await runLoad([
    ...['--metrics-port', `${metricsPort}`, '--await-scrape', prometheusUrl],
    ...options,
  ])
  assert.equal(exitCode, 0)
  return result
}

async function lesson(...args: string[]) {
  const child = spawn(process.execPath, [join(root, 'lab/main.ts'), 'lesson', ...args], {
    env: {
      PATH: process.env.PATH,
      LAB_PROMETHEUS_URL: prometheusUrl,
      LAB_CONTROL_URL: server.controlUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])
  return { stdout, stderr, exitCode }
}

const isRight = async (number: number, answer: string) => {
  const { stdout, stderr, exitCode } = await lesson(`${number}`, '--answer', answer)
  assert.equal(exitCode, 0, `${stdout}${stderr}`)
  assert.match(stdout, new RegExp(`^Right: ${answer.replace('.', '[.]')}\n`))
}

/** A wrong answer gets a hint, and not the right one. */
const isWrong = async (number: number, answer: string, hint: RegExp) => {
  const { stdout, stderr, exitCode } = await lesson(`${number}`, '--answer', answer)
  assert.equal(exitCode, 3, `${stdout}${stderr}`)
  assert.match(stdout.replaceAll('\n', ' '), hint)
  assert.doesNotMatch(stdout, /The lab says/)
}

test('without load a lesson says what to run, and nothing is judged', async () => {
  const { stdout, stderr, exitCode } = await lesson('2', '--answer', '2.47')
  assert.equal(exitCode, 1)
  assert.equal(stdout, '')
  assert.match(stderr, /no load in the last 15m[\s\S]*\n {2}make load RATE=100 DURATION=30s\n/)
})

test('lesson 2: the OpenTelemetry buckets show 2.47 s, and what happened is wrong', async () => {
  await load('--rate', '150', '--duration', '4s', `${server.url}/`)
  const { quantileSeconds } = await control().truth()
  // What a reader sees in Prometheus, by the query of the lesson.
  const [query] = lessonTexts()[1]?.queries ?? []
  const [shown] = await createPrometheus(prometheusUrl).query(query?.expr ?? '')
  // Half are above 1 s, so p99 is 49/50 of the way from 1 to 2.5.
  await Promise.all([
    isRight(2, '2.47'),
    isRight(2, `${shown?.value.toFixed(3)}`),
    isRight(2, '2470ms'),
    isWrong(2, `${quantileSeconds['0.99']}`, /what really happened/),
    isWrong(2, '2.5s', /upper end of a bucket/),
    isWrong(2, '1.5', /Too low/),
  ])
})

test('the right answer is shown beside a wrong one when it is asked for, and it stays wrong', async () => {
  const { stdout, exitCode } = await lesson('2', '--answer', '1', '--reveal')
  assert.equal(exitCode, 3)
  assert.match(stdout, /The lab says: 2[.]4\d\d s\n/)
})

test('a lesson about one behaviour does not judge a run of another', async () => {
  const { stderr, exitCode } = await lesson('3', '--answer', 'c')
  assert.equal(exitCode, 1)
  assert.match(stderr, /met the behaviour uniform, and the lesson is about bimodal/)
  assert.match(stderr, /\n {2}curl -X PUT [^\n]*"bimodal"/)
})

test('lesson 3: as many delays as the truth has are like the mean: none', async () => {
  await control().change({ name: 'bimodal' })
  // Up to 2 % may be late: in 10 s that is a pause of 0.2 s, which a busy machine may well make.
  await load('--rate', '150', '--duration', '10s', `${server.url}/`)
  const { delays } = await control().truth()
  assert.deepEqual(
    delays.filter(({ seconds }) => seconds > 0.05 && seconds <= 0.25),
    [],
  )
  await Promise.all([isRight(3, 'c'), isWrong(3, 'a', /balance/), isWrong(3, 'b', /One in ten/)])
})

test('lesson 4: the p99 of all requests, as the client saw them, and no average of two', async () => {
  await control().change({ name: 'uniform', parameters: { max: 1 } })
  const targets = ['--target', `19 ${server.url}/ping`, '--target', `1 ${server.url}/`]
  const { serviceTime } = await load('--rate', '400', '--duration', '6s', ...targets)
  await Promise.all([
    isRight(4, `${serviceTime.p99}`),
    isWrong(4, '0.5', /average of the two p99s/),
    isWrong(4, '0.99', /slow route alone/),
  ])
})

test('lesson 6: a server with places for all has no queue to ask about', async () => {
  await control().change({ name: 'uniform', parameters: { max: 0.02 } })
  await load('--rate', '100', '--requests', '310', `${server.url}/`)
  const { stderr, exitCode } = await lesson('6', '--answer', '20')
  assert.equal(exitCode, 1)
  assert.match(stderr, /Start it with CONCURRENCY=1/)
})

test('lesson 8: both runs are counted through a restart', async () => {
  await load('--rate', '50', '--requests', '90', `${server.url}/`)
  const { stderr, exitCode } = await lesson('8', '--answer', '290')
  assert.equal(exitCode, 1)
  assert.match(stderr, /was not restarted between the last two runs/)
  await server.stop()
  server = await serve()
  await control().change({ name: 'uniform', parameters: { max: 0.02 } })
  await load('--rate', '100', '--requests', '200', `${server.url}/`)
  await Promise.all([
    isRight(8, '290'),
    isWrong(8, '200', /began anew/),
    isWrong(8, '90', /first run alone/),
  ])
})

test('lesson 6: the mean wait is the handler’s time without the work', async () => {
  await server.stop()
  server = await serve({ CONCURRENCY: '1' })
  await control().change({ name: 'uniform', parameters: { max: 0.02 } })
  await load('--rate', '70', '--duration', '10s', `${server.url}/`)
  const { meanSeconds, handler } = await control().truth()
  // What a request takes beyond its delay where nobody waits: a timer's turn, and writing the answer.
  const added = 0.0015
  const wait = (handler.meanSeconds ?? 0) - (meanSeconds ?? 0) - added
  await Promise.all([
    isRight(6, `${(wait * 1000).toFixed(0)}ms`),
    isWrong(6, '0.5ms', /requests do not come evenly/),
    isWrong(6, `${(1e6 * wait).toFixed(0)}ms`, /Mind the unit/),
  ])
})

test('lesson 1: two scrape intervals, here of one second, and no fewer', async () => {
  const fullAt = Date.now() + 40_000
  while ((await lesson('1', '--answer', '2s')).exitCode === 1 && Date.now() < fullAt)
    await sleep(500)
  await Promise.all([
    isRight(1, '2s'),
    isWrong(1, '1', /nothing to subtract/),
    isWrong(1, '4', /not the shortest/),
  ])
})

test('a lab that does not answer is no wrong answer', async () => {
  const url = prometheusUrl
  prometheusUrl = `http://127.0.0.1:${await freePort()}`
  const { stderr, exitCode } = await lesson('2', '--answer', '2.47')
  prometheusUrl = url
  assert.equal(exitCode, 1)
  assert.match(stderr, /is the lab running \(make up\)/)
})

test('every mistake in the arguments is named, with exit code 2', async () => {
  const { stderr, exitCode } = await lesson('2', '--answer', 'many', '--loud', '3')
  assert.equal(exitCode, 2)
  assert.match(stderr, /--answer many: must be a time such as 1[.]5/)
  assert.match(stderr, /--loud: is no option/)
  assert.match(stderr, /3: one lesson at a time/)
})
