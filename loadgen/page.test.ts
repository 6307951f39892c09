import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { parseOptions } from './options.ts'
import { renderPage } from './page.ts'
import { readPageAssets } from './page-assets.ts'
import type { RunRecord } from './result.ts'
import { TimeSeries } from './time-series.ts'
import type { Verdict } from './verdict.ts'

const evil = `</script><img src=x onerror=alert(1)> "'&`

/** A run in which all that can come from outside is evil: URL, error code, reason, expectation. */
const evilRun = (): RunRecord => {
  const parsed = parseOptions(['--expect', 'p99<1ms', `http://127.0.0.1/?${evil}#${evil}`])
  assert.ok('options' in parsed)
  const { options } = parsed
  // Node's URL escapes all of that; here it is as if it did not.
  Object.defineProperty(options.url, 'href', { value: `http://127.0.0.1/${evil}` })
  const ledger = new Ledger()
  ledger.due()
  ledger.sent(0)
  ledger.settled({
    outcome: 'ok',
    status: 200,
    responseTimeMs: 30,
    serviceTimeMs: 10,
    connectTimeMs: 0,
  })
  ledger.due()
  ledger.sent(0)
  ledger.settled({ outcome: 'networkErrors', code: evil, connected: true })
  const end = { reason: evil, durationSeconds: 1, scheduledSeconds: 1, maxWaiting: 0 }
  const series = new TimeSeries()
  series.add(ledger, 200)
  const verdict: Verdict = { verdict: 'generator-limited', reasons: [evil] }
  const startedAt = new Date('2026-01-02T03:04:05Z')
  return { options, ledger, end, verdict, staleRetries: 0, startedAt, series, fault: null }
}

const pageOf = (run: RunRecord) => renderPage(run, run.series ?? new TimeSeries(), readPageAssets())

const figuresIn = (page: string) => {
  const json = /<script type="application\/json" id="figures">(.*?)<\/script>/s.exec(page)?.[1]
  return JSON.parse(json ?? 'null')
}

test('nothing that comes from outside becomes markup', () => {
  const page = pageOf(evilRun())
  assert.equal(page.match(/<\/script>/g)?.length, 2)
  assert.doesNotMatch(page, /<img/)
  const escaped = evil.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
  // Title, heading and options; end; error code; reason.
  assert.ok(page.split(escaped).length - 1 >= 6)
  assert.ok(page.includes('<td>p99&#60;1ms</td>'))
})

test('the page asks no host for anything, and its policy forbids it', () => {
  const page = pageOf(evilRun())
  assert.match(
    page,
    /content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"/,
  )
  assert.doesNotMatch(page, /<link|<script[^>]* src=|@import|url\(/)
})

test('the figures of the charts are the run’s', () => {
  const { slotSeconds, course, distribution, percentiles } = figuresIn(pageOf(evilRun()))
  assert.equal(slotSeconds, 1)
  assert.deepEqual(course.at, [0])
  assert.deepEqual([course.asked, course.sent], [[2], [2]])
  assert.deepEqual(course.errors, [5]) // one, in the fifth of a second that there was
  assert.deepEqual(course.response.max, [0.03])
  assert.deepEqual(course.service.max, [0.01])
  assert.equal(
    distribution.response.reduce((a: number, b: number) => a + b),
    1,
  )
  assert.deepEqual(percentiles, { oneIn: [1], response: [0.03], service: [0.01] })
})

test('a run without an answer has a page, with its account and no NaN', () => {
  const run = evilRun()
  const page = pageOf({ ...run, ledger: new Ledger(), series: new TimeSeries() })
  assert.match(page, /<strong class="bad">|class="bad"><strong>No answer/)
  assert.doesNotMatch(page.slice(page.indexOf('<body>'), page.indexOf('<script')), /NaN|undefined/)
  const { course, distribution, percentiles } = figuresIn(page)
  assert.deepEqual([course.at, distribution.from, percentiles.oneIn], [[], [], []])
})

test('uPlot’s licence goes with it', () => {
  assert.match(pageOf(evilRun()), /MIT License[\s\S]*Leon Sorokin/)
})
