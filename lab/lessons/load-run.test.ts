import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Control } from '../control.ts'
import type { Prometheus, Sample, Series } from '../prometheus.ts'
import type { LessonLab } from './lesson.ts'
import { NotReady } from './lesson.ts'
import { lastRun, loadRuns } from './load-run.ts'

// Which run is the last one, and what it is counted from, by the answers of a Prometheus that are written
// down here: a real one can't be told between which two scrapes a server starts.

type Answers = {
  /** Start times of the generator, and when each was scraped. */
  runs?: [at: number, start: number][]
  rates?: [at: number, rate: number][]
  /** When the server's process began, now and at the start of the last run. */
  began?: { now: number; atStart: number }
  behaviour?: string
  /** Is a run going on? */
  going?: boolean
  count?: number
}

const sample = (value: number, labels = {}): Sample => ({ labels, value })
const series = (points: [at: number, value: number][]): Series => ({
  labels: {},
  points: points.map(([at, value]) => ({ at, value })),
})

const labOf = ({ runs = [], rates = [], began, behaviour, going, count = 0 }: Answers) => {
  const { now, atStart } = began ?? { now: 1, atStart: 1 }
  const query = async (promql: string): Promise<Sample[]> => {
    if (promql === 'time()') return [sample(1000)]
    if (promql.startsWith('timestamp(up')) return [sample(1001)]
    if (promql.startsWith('loadgen_rate_target')) return going ? [sample(50)] : []
    if (promql.includes('process_start_time_seconds')) {
      const [, after] = / > (.*)$/.exec(promql) ?? []
      if (after) return now > Number(after) ? [sample(now)] : []
      return [sample(promql.includes('@') ? atStart : now)]
    }
    if (promql.startsWith('count_over_time(lab_behaviour_info')) {
      return [sample(1, { behaviour: behaviour ?? 'uniform' })]
    }
    return promql.includes('@ 0)') ? [] : [sample(promql.includes('@') ? 100 : 100 + count)]
  }
  const points = async (promql: string) => [
    series(promql.startsWith('loadgen_start_time') ? runs : rates),
  ]
  const prometheus: Prometheus = { query, points }
  const control = {
    behaviour: async () => ({ name: 'uniform', parameters: { min: 0, max: 1 } }),
  } as Partial<Control> as Control
  const lab: LessonLab = { prometheus, control, sleep: async () => {}, patienceMs: 1000 }
  return lab
}

const wanted = { commands: ['make load'], behaviour: { name: 'uniform' }, requests: 10 }
const two: Answers = {
  runs: [
    [105, 100],
    [110, 100],
    [205, 200],
    [210, 200],
  ],
  rates: [
    [105, 50],
    [110, 0],
    [205, 0],
    [210, 0],
  ],
}

test('each start time is a run, with when it was last seen and the rate that it asked for', async () => {
  assert.deepEqual(await loadRuns(labOf(two)), [
    { start: 100, lastSeen: 110, rate: 50, since: 100 },
    { start: 200, lastSeen: 210, rate: 0, since: 200 },
  ])
})

test('a server that began after its last scrape and before the run counts from zero', async () => {
  const began = { now: 199, atStart: 5 }
  const run = await lastRun(labOf({ ...two, began, count: -50 }), wanted)
  assert.equal(run.since, 0)
})

const unready: [name: string, answers: Answers, complaint: RegExp][] = [
  ['no load', {}, /no load in the last 15m[\s\S]+\n {2}make load\n/],
  ['a run that goes on', { ...two, going: true }, /still running/],
  ['a restart since the run', { ...two, began: { now: 205, atStart: 5 } }, /was restarted/],
  ['another behaviour', { ...two, behaviour: 'pareto' }, /met the behaviour pareto/],
  ['too few answers', { ...two, count: 9 }, /has 9 answers at [/], which is too few/],
]
for (const [name, answers, complaint] of unready) {
  test(`${name} is not what a lesson is about`, async () => {
    await assert.rejects(lastRun(labOf(answers), wanted), (error: Error) => {
      assert.ok(error instanceof NotReady)
      assert.match(error.message, complaint)
      return true
    })
  })
}

test('other parameters are not what a lesson is about', async () => {
  const behaviour = { name: 'uniform', parameters: { min: 0, max: 2 } }
  await assert.rejects(
    lastRun(labOf({ ...two, count: 10 }), { ...wanted, behaviour }),
    /uniform has max = 1, and not max = 2[.]/,
  )
  assert.ok(await lastRun(labOf({ ...two, count: 10 }), wanted))
})
