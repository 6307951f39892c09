import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AnnotationJson } from '../grafana/dashboards/json.ts'
import { type Mark, marksOf, stepOf } from './annotations.ts'
import { committedDashboards, substitute } from './panels.ts'
import { freePort, startPrometheus, startServer } from './processes.ts'
import { type Asked, createAsked } from './shown/asked.ts'

// What the annotations mark of a real server that changes its behaviour twice and is restarted, as a real
// Prometheus has it.

const started: { stop: () => Promise<void> }[] = []
let prometheus: Asked
/** When it happened, in Unix seconds. */
const times = { begin: 0, start: 0, pareto: 0, constant: 0, restart: 0 }

const now = () => Date.now() / 1000

const anAlert = `
groups:
  - name: test
    rules:
      - alert: ItIsConstant
        expr: lab_behaviour_info{behaviour="constant"} == 1
        labels: { severity: page }
`

before(async () => {
  times.begin = now()
  const port = await freePort()
  const server = await startServer({ PORT: String(port) })
  times.start = now()
  const targets = { server: port, loadgen: await freePort() }
  const tsdb = await startPrometheus(targets, { scrapeSeconds: 1, rules: anAlert })
  started.push(tsdb)
  prometheus = createAsked(tsdb.url)
  const put = async (name: string) => {
    const headers = { 'Content-Type': 'application/json' }
    const address = `${server.controlUrl}/api/behaviour`
    const answer = await fetch(address, { method: 'PUT', headers, body: JSON.stringify({ name }) })
    assert.equal(answer.status, 200)
    return now()
  }
  await sleep(3000)
  times.pareto = await put('pareto')
  // Longer than two steps, so that no step passes it by, even where a scrape fails on a busy machine.
  await sleep(11_000)
  times.constant = await put('constant')
  await sleep(8000)
  await server.stop()
  started.push(await startServer({ PORT: String(port) }))
  times.restart = now()
  // A step and a scrape: Grafana asks at whole multiples of the step.
  await sleep(6500)
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

/** The annotation of that name, which is on every dashboard. */
function annotationNamed(name: string): AnnotationJson {
  const all = Object.values(committedDashboards()).map((dashboard) =>
    dashboard.annotations?.list?.find((annotation) => annotation.name === name),
  )
  const [first] = all
  assert.ok(first, name)
  for (const each of all) assert.deepEqual(each, first)
  return first
}

/** What Grafana marks when it shows so many seconds up to `end`. */
async function marks(
  annotation: AnnotationJson,
  { end = now(), shownSeconds = 60 } = {},
): Promise<Mark[]> {
  const step = stepOf(annotation, shownSeconds)
  const aligned = Math.floor(end / step) * step
  const expr = substitute(annotation.expr ?? '', {
    rateInterval: '20s',
    rangeSeconds: shownSeconds,
    interval: `${step}s`,
  })
  const found = marksOf(annotation, await prometheus.over(expr, end - shownSeconds, aligned, step))
  return found.toSorted((a, b) => a.from - b.from)
}

const near = (at: number, time: number, apart: number) =>
  assert.ok(Math.abs(at - time) <= apart, `${at - time} s apart`)

test('each change of the behaviour is one mark, with its name, where it happened', async () => {
  const found = await marks(annotationNamed('Behaviour changes'))
  assert.deepEqual(
    found.map(({ text }) => text),
    ['pareto', 'constant'],
  )
  for (const [index, time] of [times.pareto, times.constant].entries()) {
    const mark = found[index] as Mark
    assert.equal(mark.from, mark.to)
    near(mark.from, time, 0.5)
  }
})

test('each start of the server is one mark, where it happened', async () => {
  const found = await marks(annotationNamed('Server starts'))
  assert.equal(found.length, 2)
  for (const [index, time] of [times.start, times.restart].entries()) {
    const mark = found[index] as Mark
    assert.equal(mark.from, mark.to)
    // The process rounds its start to a second, and needs another to listen.
    near(mark.from, time, 2)
  }
})

test('however much time is shown, a mark is where it happened', async () => {
  // One point each 30 s: none of the moments themselves.
  const shown = { end: Math.ceil(now() / 30) * 30, shownSeconds: 3600 }
  const [start, ...others] = await marks(annotationNamed('Server starts'), shown)
  assert.ok(start)
  near((others.at(-1) ?? start).from, times.restart, 2)
  const before = { end: times.restart - 1, shownSeconds: 3600 }
  for (const { from, to } of await marks(annotationNamed('Behaviour changes'), before)) {
    assert.equal(from, to)
    assert.ok([times.pareto, times.constant].some((time) => Math.abs(from - time) < 0.5))
  }
})

test('before anything has happened, nothing is marked', async () => {
  const shown = { end: times.pareto - 0.5 }
  assert.deepEqual(await marks(annotationNamed('Behaviour changes'), shown), [])
  assert.deepEqual(await marks(annotationNamed('Firing alerts'), shown), [])
})

test('an alert that fires is one region, with its name and its labels', async () => {
  const annotation = annotationNamed('Firing alerts')
  // Up to a step that is yet to come: with 30 s between two, none may have been since.
  const [once, ...more] = await marks(annotation, { end: now() + 30 })
  assert.deepEqual(more, [])
  assert.deepEqual(
    [once?.title, once?.tags],
    ['ItIsConstant', ['page', 'httpserver', once?.tags[2]]],
  )
  // Several points are one region, too: here the alert lasts longer than a step.
  const [region, ...others] = await marks({ ...annotation, step: '5s' }, { end: now() + 5 })
  assert.deepEqual(others, [])
  assert.ok(region)
  near(region.from, times.constant, 7)
  near(region.to, times.restart, 7)
  assert.ok(region.to - region.from >= 5, JSON.stringify(region))
})
