import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRecent } from './recent.ts'

/** A recent truth at a time that the test sets, in seconds. */
function recentAt() {
  let seconds = 0
  const recent = createRecent({ now: () => seconds * 1000 })
  return {
    ...recent,
    scrapedAt(at: number) {
      seconds = at
      return recent.scraped()
    },
  }
}

test('what came before the first scrape is in no rate, and not here', () => {
  const { record, scrapedAt } = recentAt()
  record(100)
  assert.equal(scrapedAt(1).count, 0)
  record(200)
  const truth = scrapedAt(6)
  assert.equal(truth.count, 1)
  assert.equal(truth.quantileMs(0.5), 200)
})

test('a minute has what came after the scrape of 55 s ago, and no more', () => {
  const { record, scrapedAt } = recentAt()
  for (let at = 0; at <= 60; at += 5) {
    scrapedAt(at)
    record(at)
  }
  // The delays are the times of the scrapes that they came after.
  const delays = scrapedAt(65).delays()
  assert.deepEqual(
    delays.map(([ms]) => ms),
    [10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60],
  )
})

test('a scrape that wavers by some milliseconds changes nothing', () => {
  for (const wavers of [-0.02, 0.02]) {
    const { record, scrapedAt } = recentAt()
    for (let at = 0; at <= 60; at += 5) {
      scrapedAt(at + (at === 10 || at === 5 ? wavers : 0))
      record(at)
    }
    assert.equal(scrapedAt(65).count, 11)
  }
})

test('somebody else’s scrape right after Prometheus’ own cuts nothing', () => {
  const { record, scrapedAt } = recentAt()
  scrapedAt(0)
  scrapedAt(0.1)
  record(1)
  assert.equal(scrapedAt(57.5).count, 1)
  assert.equal(scrapedAt(57.6).count, 0)
})

test('a quantile is what the sorted list of the minute has at its nearest rank', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 3000 })), { minLength: 1, maxLength: 11 }),
      (batches) => {
        const { record, scrapedAt } = recentAt()
        for (const [index, batch] of batches.entries()) {
          scrapedAt(index * 5)
          for (const delayMs of batch) record(delayMs)
        }
        const sorted = batches.flat().toSorted((a, b) => a - b)
        const truth = scrapedAt(batches.length * 5)
        assert.equal(truth.count, sorted.length)
        for (const q of [0.5, 0.9, 0.99]) {
          assert.equal(truth.quantileMs(q), sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1])
        }
      },
    ),
  )
})
