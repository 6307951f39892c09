import { near } from './judge.ts'
import { defineLesson, NotReady } from './lesson.ts'
import { loadRuns } from './load-run.ts'

type Collected = {
  /** The counter as it was scraped, from the last scrape before the first of the two runs on. */
  values: number[]
  /** What increase() over the time since then says. */
  increase: number | null
}

const counter = 'lab_request_duration_seconds_count{job="httpserver",http_route="/"}'

export const counterResets = defineLesson<Collected>({
  number: 8,
  slug: 'counter-resets',
  title: 'Counter resets',
  summary: 'a restart sets counters to zero, and rates survive it',
  question:
    'How many requests to / did the server answer in the two runs together, before and after the restart?',
  kind: 'count',
  commands: [
    'make load RATE=30 DURATION=20s',
    'sleep 6',
    'make restart',
    'make load RATE=50 DURATION=20s',
  ],

  async collect(lab, commands) {
    const redo = `Run\n${commands.map((command) => `  ${command}`).join('\n')}\nand ask again.`
    const [first, second] = (await loadRuns(lab)).slice(-2)
    if (!first || !second) {
      throw new NotReady(`There were no two runs of load in the last 15 minutes. ${redo}`)
    }
    const all = (await lab.prometheus.points(`${counter}[20m]`)).flatMap(({ points }) => points)
    const from = all.findLastIndex(({ at }) => at <= first.start)
    const values = all.slice(Math.max(0, from)).map(({ value }) => value)
    if (resetsIn(values) === 0) {
      throw new NotReady(`The server was not restarted between the last two runs of load. ${redo}`)
    }
    const [now] = await lab.prometheus.query('time()')
    const seconds = Math.ceil((now?.value ?? 0) - first.start)
    const [increase] = await lab.prometheus.query(`increase(${counter}[${seconds}s])`)
    return { values, increase: increase?.value ?? null }
  },

  conclude({ values, increase }) {
    const total = gainedBy(values)
    const last = values.at(-1) ?? 0
    const before = total - last
    const allowed = 0.05 * total
    return {
      truth: `${total}`,
      accepted: [{ low: total - allowed, high: total + allowed }],
      tolerance:
        '5 %: increase() extends what it saw to the edges of its window, which is up to one scrape in 24 for two minutes, and what a process counted after its last scrape is lost',
      evidence: [
        { asked: `${counter} now`, got: `${last}` },
        { asked: 'resets of it since the first of the two runs', got: `${resetsIn(values)}` },
        {
          asked: 'each rise of it added up, a value after a fall counting from zero',
          got: `${total}`,
        },
        {
          asked: 'increase() over the time since the first run began',
          got: increase === null ? 'nothing' : increase.toFixed(0),
        },
      ],
      misconceptions: [
        {
          answers: near(last, 0.03),
          hint: 'That is the counter as it stands: it began anew with the new process, and has forgotten the run before. What does increase() over both runs say?',
        },
        {
          answers: near(before, 0.03),
          hint: 'That is the first run alone. Both are asked for.',
        },
        {
          answers: near(last - (values[0] ?? 0), 0.03),
          hint: 'That is the counter now, minus the counter before: the restart is in between, so the difference says nothing. What does increase() over both runs say?',
        },
      ],
      hint: 'increase() over a window that holds both runs, and no other load.',
    }
  },
})

/** What a counter gained over its values, in the order of time: after a fall it counts from zero. */
export function gainedBy(values: number[]): number {
  return values.reduce((sum, value, i) => {
    const before = values[i - 1]
    if (before === undefined) return sum
    return sum + (value < before ? value : value - before)
  }, 0)
}

const resetsIn = (values: number[]) =>
  values.filter((value, i) => i > 0 && value < (values[i - 1] ?? 0)).length
