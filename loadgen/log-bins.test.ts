import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Histogram } from './histogram.ts'
import { logBins } from './log-bins.ts'

const filled = (valuesUs: number[]) => {
  const histogram = new Histogram()
  for (const value of valuesUs) histogram.record(value)
  return histogram
}

test('steps are as fine as there is room for, and begin with round numbers', () => {
  const values = filled([1000, 2000, 3000, 9000])
  const lower = (most: number) => logBins([values], most).map(({ lowerUs }) => lowerUs)
  assert.deepEqual(lower(2), [1000])
  assert.deepEqual(lower(5), [1000, 2000, 5000])
  assert.deepEqual(lower(9), [1000, 1500, 2000, 3000, 5000, 7000])
  assert.equal(lower(10).at(-2), 6300)
})

test('each value is in the step that begins at or below it', () => {
  const bins = logBins([filled([1000, 1999, 2000, 2500, 9000]), filled([4000])], 5)
  assert.deepEqual(bins, [
    { lowerUs: 1000, upperUs: 2000, shares: [0.4, 0] },
    { lowerUs: 2000, upperUs: 5000, shares: [0.4, 1] },
    { lowerUs: 5000, upperUs: 10_000, shares: [0.2, 0] },
  ])
})

test('what is below a microsecond is in the first step', () => {
  assert.deepEqual(logBins([filled([0, 0, 1])], 5)[0]?.shares, [1])
})

test('nothing recorded is no step, and one empty histogram leaves the other as it is', () => {
  assert.deepEqual(logBins([new Histogram(), new Histogram()], 5), [])
  assert.deepEqual(logBins([filled([5]), new Histogram()], 1)[0]?.shares, [1, 0])
})

test('steps join without a gap, hold every value, and are never more than asked for', () => {
  const values = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1 })
  fc.assert(
    fc.property(values, values, fc.integer({ min: 11, max: 40 }), (one, two, most) => {
      const bins = logBins([filled(one), filled(two)], most)
      assert.ok(bins.length >= 1 && bins.length <= most)
      for (const [n, bin] of bins.entries()) {
        if (n > 0) assert.equal(bin.lowerUs, bins[n - 1]?.upperUs)
      }
      for (const n of [0, 1]) {
        const sum = bins.reduce((total, { shares }) => total + (shares[n] ?? 0), 0)
        assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`)
      }
      assert.ok((bins[0]?.lowerUs ?? 0) <= Math.max(1, Math.min(...one, ...two)))
      assert.ok((bins.at(-1)?.upperUs ?? 0) > Math.max(...one, ...two))
    }),
  )
})
