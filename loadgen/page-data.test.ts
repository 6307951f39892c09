import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { parseOptions } from './options.ts'
import { pageData } from './page-data.ts'
import type { RunRecord } from './result.ts'
import { TimeSeries } from './time-series.ts'

/** So many good answers within a run of `durationSeconds`, with response times of 1, 2, 3 … ms. */
const runOf = (answers: number, durationSeconds: number) => {
  const parsed = parseOptions([])
  assert.ok('options' in parsed)
  const ledger = new Ledger()
  for (let n = 1; n <= answers; n++) {
    ledger.due()
    ledger.sent(0)
    ledger.settled({
      outcome: 'ok',
      status: 200,
      responseTimeMs: n,
      serviceTimeMs: 1,
      connectTimeMs: 0,
    })
  }
  const end = {
    reason: 'completed',
    durationSeconds,
    scheduledSeconds: durationSeconds,
    maxWaiting: 0,
  }
  const run: RunRecord = {
    options: parsed.options,
    ledger,
    end,
    verdict: { verdict: 'valid' as const, reasons: [] },
    staleRetries: 0,
    startedAt: new Date(0),
    series: null,
    fault: null,
  }
  return run
}

const course = (durationSeconds: number, tallies: [untilMs: number, requests: number][]) => {
  const series = new TimeSeries()
  for (const [untilMs, requests] of tallies) series.add(runOf(requests, 1).ledger, untilMs)
  return pageData(runOf(1, durationSeconds), series).course
}

test('rates are of the part of a second that there was', () => {
  const { asked, sent } = course(1.5, [
    [500, 30],
    [1000, 20],
    [1500, 25],
  ])
  assert.deepEqual(asked, [50, 50])
  assert.deepEqual(sent, [50, 50])
})

test('while late answers are waited for, nothing is asked for any more', () => {
  const { at, asked } = course(2, [
    [1000, 50],
    [2000, 50],
    [4000, 0],
  ])
  assert.deepEqual(at, [0, 1, 2, 3])
  assert.deepEqual(asked, [50, 50, 0, 0])
})

test('a second without an answer has no latency, and not a latency of 0', () => {
  const { response } = course(3, [
    [1000, 1],
    [2000, 0],
    [3000, 1],
  ])
  assert.deepEqual(response.max, [0.001, null, 0.001])
  assert.deepEqual(response.p50, [0.001, null, 0.001])
})

test('the percentile curve runs from the least to all but one in as many as there are', () => {
  const { percentiles } = pageData(runOf(1000, 1), new TimeSeries())
  assert.equal(percentiles.oneIn.length, 91)
  assert.equal(percentiles.oneIn[0], 1)
  assert.equal(percentiles.oneIn.at(-1), 1000)
  const at = (oneIn: number) =>
    percentiles.response[percentiles.oneIn.findIndex((x) => Math.abs((x ?? 0) / oneIn - 1) < 1e-9)]
  assert.equal(at(1), 0.001)
  assert.ok(Math.abs((at(10) ?? 0) - 0.9) < 0.001)
  assert.ok(Math.abs((at(100) ?? 0) - 0.99) < 0.001)
  assert.ok(Math.abs((at(1000) ?? 0) - 0.999) < 0.001)
  assert.equal(percentiles.service.at(-1), 0.001)
})

test('the distribution has one more edge than it has steps, and its shares are of all answers', () => {
  const { distribution } = pageData(runOf(1000, 1), new TimeSeries())
  const { from, response, service } = distribution
  assert.equal(from[0], 0.001)
  assert.ok((from.at(-1) ?? 0) > 1)
  assert.equal(from.length, response.length)
  assert.ok(Math.abs(response.reduce((sum: number, share) => sum + (share ?? 0), 0) - 1) < 1e-9)
  assert.equal(service[0], 1)
  assert.equal(response.at(-1), 0)
})
