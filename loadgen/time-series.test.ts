import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { TimeSeries } from './time-series.ts'

/** A tally of good answers with these response times in milliseconds, and of so many timeouts. */
const tallyOf = (responseTimesMs: number[], timeouts = 0) => {
  const tally = new Ledger()
  for (const responseTimeMs of responseTimesMs) {
    tally.due()
    tally.sent(0)
    tally.settled({
      outcome: 'ok',
      status: 200,
      responseTimeMs,
      serviceTimeMs: 1,
      connectTimeMs: 0,
    })
  }
  for (let n = 0; n < timeouts; n++) {
    tally.due()
    tally.sent(0)
    tally.settled({ outcome: 'timeouts' })
  }
  return tally
}

test('what was counted belongs to the second before it came in', () => {
  const series = new TimeSeries()
  for (const untilMs of [200, 400, 600, 801, 1003, 1200, 2001]) series.add(tallyOf([5]), untilMs)
  assert.deepEqual(
    series.slots.map(({ planned }) => planned),
    [5, 2],
  )
  assert.equal(series.slotSeconds, 1)
  assert.equal(series.untilSeconds, 2.001)
})

test('each second has its counts and its own latencies', () => {
  const series = new TimeSeries()
  series.add(tallyOf([10, 20, 30], 2), 500)
  series.add(tallyOf([400]), 3500)
  const [first, second, , fourth] = series.slots
  assert.deepEqual([first?.planned, first?.sent, first?.answered, first?.errors], [5, 5, 3, 2])
  assert.equal(first?.responseTime.max, 30_000)
  assert.ok(Math.abs((first?.responseTime.quantile(0.5) ?? 0) - 20_000) < 400)
  assert.equal(first?.serviceTime.max, 1000)
  assert.equal(second?.planned, 0)
  assert.equal(second?.responseTime.max, Number.NaN)
  assert.equal(fourth?.responseTime.max, 400_000)
})

test('the tallies of several threads add up', () => {
  const series = new TimeSeries()
  series.add(tallyOf([10]), 1000)
  series.add(tallyOf([30]), 1004)
  series.add(tallyOf([20]), 996)
  assert.equal(series.slots.length, 1)
  assert.equal(series.slots[0]?.planned, 3)
  assert.equal(series.slots[0]?.responseTime.max, 30_000)
})

test('however long a run is, there are at most 600 slots, and nothing is lost', () => {
  const series = new TimeSeries()
  const seconds = 24 * 3600
  const nothing = tallyOf([])
  for (let second = 1; second <= seconds; second++) {
    series.add(second % 100 === 0 ? tallyOf([second / 100]) : nothing, second * 1000)
  }
  assert.equal(series.slotSeconds, 256)
  assert.equal(series.slots.length, Math.ceil(seconds / 256))
  const sum = series.slots.reduce((total, { planned }) => total + planned, 0)
  assert.equal(sum, seconds / 100)
  assert.equal(series.slots.at(-1)?.responseTime.max, (seconds / 100) * 1000)
})

test('merged slots have the latencies of both', () => {
  const series = new TimeSeries()
  series.add(tallyOf([10]), 500)
  series.add(tallyOf([30]), 1500)
  series.add(tallyOf([], 1), 600_500)
  assert.equal(series.slotSeconds, 2)
  assert.equal(series.slots[0]?.planned, 2)
  assert.equal(series.slots[0]?.responseTime.max, 30_000)
  assert.equal(series.slots[0]?.responseTime.count, 2)
  assert.equal(series.slots[0]?.serviceTime.count, 2)
  assert.equal(series.slots.at(-1)?.errors, 1)
})
