import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { createControl, type Truth } from '../../lab/control.ts'
import { freshScrape } from '../../lab/picture.ts'
import { createPrometheus } from '../../lab/prometheus.ts'
import { lessonTexts } from '../lesson-texts.ts'
import { root } from '../processes.ts'
import { compose, isTaken, run } from './compose.ts'

// Every command of the lessons, as it stands there and in that order, on a lab in Docker. The answers come
// from elsewhere than the checker has them from: the truth, the report of the load, arithmetic.

const prometheus = createPrometheus('http://127.0.0.1:9090')
const control = createControl('http://127.0.0.1:8081')

before(async () => {
  for (const port of [8080, 9090, 9464]) {
    assert.ok(!(await isTaken(port)), `port ${port} is taken: stop what listens there (make down)`)
  }
  await compose('up', '--build', '--detach', '--wait', 'server', 'prometheus')
  await freshScrape(prometheus, { sleep, patienceMs: 30_000 })
})

after(() => compose('--profile', 'load', 'down', '--volumes'))

/** What is known of a lesson when the command that checks the answer comes. */
type Seen = {
  /** The truth after each run of load, the last one first. */
  truths: Truth[]
  /** What the runs of load reported, in order. */
  reports: string[]
}

/** A number of a report: of the line that begins with `name`, the column `index`. */
const reported = (report = '', name: string, index = 0): number => {
  const line = report.split('\n').find((each) => each.trim().startsWith(`${name} `))
  const cells = line?.trim().slice(name.length).trim().split(/ {2,}/) ?? []
  const [, digits = '', unit = ''] = /^([\d,.]+) ?(m?s)?/.exec(cells[index] ?? '') ?? []
  assert.notEqual(digits, '', `no ${name} in\n${report}`)
  return Number(digits.replaceAll(',', '')) / (unit === 'ms' ? 1000 : 1)
}

const slow = (truth?: Truth) =>
  (truth?.delays ?? [])
    .filter(({ seconds }) => seconds > 0.5)
    .reduce((sum, { count }) => sum + count, 0)

const scrapeSeconds = Number.parseFloat(
  parse(readFileSync(join(root, 'prometheus/prometheus.yml'), 'utf8')).global.scrape_interval,
)

/** By lesson: the right answer, and one that is wrong in the way that the lesson is about. */
const answers: ((seen: Seen) => { right: string; wrong: string })[] = [
  () => ({ right: `${2 * scrapeSeconds}s`, wrong: `${scrapeSeconds}s` }),
  ({ truths: [truth] }) => ({
    right: `${1 + (1.5 * 0.49) / 0.5}`,
    wrong: `${truth?.quantileSeconds['0.99']}`,
  }),
  ({ truths: [truth] }) => {
    const like = truth?.delays.filter(({ seconds }) => seconds > 0.05 && seconds <= 0.25)
    assert.deepEqual(like, [])
    return { right: 'c', wrong: 'a' }
  },
  ({ reports }) => ({ right: `${reported(reports.at(-1), 'p99', 1)}s`, wrong: '0.5s' }),
  ({ truths: [both, open] }) => ({
    right: `${slow(both) - slow(open)}`,
    wrong: `${slow(open)}`,
  }),
  ({ truths: [truth] }) => {
    // What a request takes beyond its delay where nobody waits: a timer's turn, and writing the answer.
    const added = 0.0015
    const wait = (truth?.handler.meanSeconds ?? 0) - (truth?.meanSeconds ?? 0) - added
    return { right: `${(1000 * wait).toFixed(1)}ms`, wrong: '11ms' }
  },
  ({ reports }) => {
    const [planned, failed] = ['planned', 'HTTP errors'].map((name) =>
      reported(reports.at(-1), name),
    ) as [number, number]
    const share = failed / planned
    return { right: (share / 0.001).toFixed(1), wrong: `${(100 * share).toFixed(1)}%` }
  },
  ({ reports }) => {
    const [first, second] = reports.slice(-2).map((report) => reported(report, 'planned')) as [
      number,
      number,
    ]
    return { right: `${first + second}`, wrong: `${second}` }
  },
]

/**
 * By lesson: what one reads in Prometheus right after the run, with a query of the lesson; 30 s instead of a
 * minute, because the run of the lesson before may have ended less than a minute ago. A run of a minute has
 * none before it.
 */
const shown: Record<number, (queries: string[]) => string> = {
  2: ([openTelemetry = '']) => openTelemetry.replace('[1m]', '[30s]'),
  4: ([, , together = '']) => together.replace('[1m]', '[30s]'),
  6: ([steps = '']) => `1000 * (${steps.replaceAll('[1m]', '{step="queue"}[1m]')})`,
  7: ([share = '']) => `(${share.replaceAll('[1m]', '[30s]')}) / 0.001`,
}

/** Runs a command as a reader does. Resolves to what it wrote, and to its exit code. */
async function type(command: string) {
  try {
    const { stdout, stderr } = await run('sh', '-c', command)
    return { stdout, stderr, code: 0 }
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number }
  }
}

for (const [index, { commands, queries }] of lessonTexts().entries()) {
  const number = index + 1
  test(`lesson ${number}: each command works, and the lab tells right from wrong`, async () => {
    const seen: Seen = { truths: [], reports: [] }
    for (const command of commands) {
      if (!command.startsWith('make lesson')) {
        const { stdout, stderr, code } = await type(command)
        assert.equal(code, 0, `${command}\n${stdout}${stderr}`)
        if (!command.startsWith('make load')) continue
        seen.reports.push(stdout)
        seen.truths.unshift(await control.truth())
        continue
      }
      const { right, wrong } = answers[index]?.(seen) ?? { right: '', wrong: '' }
      const good = await type(command.replace('...', right))
      assert.equal(good.code, 0, `${right}\n${good.stdout}${good.stderr}`)
      assert.match(good.stdout, /^Right: /m)
      const asShown = shown[number]?.(queries.map(({ expr }) => expr))
      if (asShown) {
        const [sample] = await prometheus.query(asShown)
        const read = await type(command.replace('...', `${sample?.value.toFixed(4)}`))
        assert.equal(read.code, 0, `${asShown}\n${read.stdout}${read.stderr}`)
      }
      const bad = await type(command.replace('...', wrong))
      assert.match(bad.stdout, /^Not right: /m, `${wrong}\n${bad.stdout}${bad.stderr}`)
      assert.match(bad.stderr, /\bError 3$/m)
      assert.doesNotMatch(bad.stdout, /The lab says/)
      for (const { expr } of queries) {
        const samples = await prometheus.query(expr)
        assert.ok(
          samples.some(({ value }) => Number.isFinite(value)),
          `${expr}\nreturns ${JSON.stringify(samples)}`,
        )
      }
    }
  })
}
