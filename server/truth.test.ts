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
