import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createTruth } from './truth.ts'

test('there is no quantile before the first delay', () => {
  const truth = createTruth()
  assert.equal(truth.count, 0)
  assert.equal(truth.quantileMs(0.5), undefined)
})

test('a quantile is what the sorted list of all delays has at its nearest rank', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (delays, q) => {
        const truth = createTruth()
        for (const delayMs of delays) truth.record(delayMs)
        const sorted = delays.toSorted((a, b) => a - b)
        assert.equal(truth.quantileMs(q), sorted[Math.max(1, Math.ceil(q * delays.length)) - 1])
        assert.equal(truth.count, delays.length)
      },
    ),
  )
})

test('a time is rounded up to the resolution, so that it stays within the same bounds', () => {
  const truth = createTruth({ stepsPerMs: 10 })
  for (const ms of [0, 99.95, 100, 100.01, 2300]) truth.record(ms)
  assert.deepEqual(
    truth.delays().map(([ms]) => ms),
    [0, 100, 100.1, 2300],
  )
  assert.deepEqual(
    [0, 99.9, 100, 100.1, 2.3 * 1000, 9999].map((ms) => truth.countWithin(ms)),
    [1, 1, 3, 4, 5, 5],
  )
  assert.equal(truth.meanMs(), (99.95 + 100 + 100.01 + 2300) / 5)
})

test('a time that is noted as often as said is there as often', () => {
  const truth = createTruth()
  truth.record(5)
  truth.record(20, 3)
  assert.deepEqual([truth.count, truth.meanMs(), truth.countWithin(5)], [4, 65 / 4, 1])
})

test('what takes longer than the longest counts as that long', () => {
  const truth = createTruth({ longestMs: 1000 })
  truth.record(1e12)
  assert.equal(truth.quantileMs(1), 1000)
})
