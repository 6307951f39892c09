import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Histogram } from './histogram.ts'

const anyMicroseconds = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 10_000_000 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
)
const samples = fc.array(anyMicroseconds, { minLength: 1, maxLength: 300 })

const filled = (values: number[]) => {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

test('a quantile is within a thousandth of the sample of its rank, and never below it', () => {
  fc.assert(
    fc.property(samples, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
      const sorted = values.toSorted((a, b) => a - b)
      const rank = Math.max(1, Math.ceil(q * sorted.length - 1e-6))
      const exact = sorted[rank - 1] as number
      const found = filled(values).quantile(q)
      assert.ok(found >= exact, `${found} is below ${exact}`)
      assert.ok(found - exact <= exact / 1000, `${found} is too far from ${exact}`)
    }),
    { seed: 1, numRuns: 500 },
  )
})

test('count, mean, min and max are exact', () => {
  fc.assert(
    fc.property(samples, (values) => {
      const histogram = filled(values)
      assert.equal(histogram.count, values.length)
      assert.equal(histogram.mean, values.reduce((sum, value) => sum + value, 0) / values.length)
      assert.equal(histogram.min, Math.min(...values))
      assert.equal(histogram.max, Math.max(...values))
    }),
    { seed: 1 },
  )
})

test('two histograms added are the histogram of all their values', () => {
  fc.assert(
    fc.property(samples, samples, (some, others) => {
      const sum = filled(some)
      sum.add(filled(others))
      const whole = filled([...some, ...others])
      assert.deepEqual([...sum.cells()], [...whole.cells()])
      assert.deepEqual(
        [sum.count, sum.mean, sum.min, sum.max],
        [whole.count, whole.mean, whole.min, whole.max],
      )
    }),
    { seed: 1 },
  )
})

test('what goes to another thread comes back bit for bit, and adds up as if it had stayed', () => {
  fc.assert(
    fc.property(samples, samples, (some, others) => {
      const sum = Histogram.from(structuredClone(filled(some).toData()))
      sum.add(Histogram.from(structuredClone(filled(others).toData())))
      assert.deepEqual(sum.toData(), filled([...some, ...others]).toData())
    }),
    { seed: 1 },
  )
  assert.deepEqual(Histogram.from(new Histogram().toData()).toData(), new Histogram().toData())
})

test('the cells follow one another without gap or overlap, from 0 to 2³² − 1', () => {
  let expected = 0
  while (expected < 2 ** 32) {
    const [cell] = filled([expected]).cells()
    assert.equal(cell?.lowerUs, expected)
    assert.deepEqual([...filled([cell.upperUs]).cells()], [cell])
    // Each cell up to where the powers of two begin to repeat themselves, and then their edges.
    const next = cell.upperUs + 1
    expected = next < 8192 ? next : 2 ** Math.ceil(Math.log2(next + 1))
  }
  assert.equal(expected, 2 ** 32)
})

test('below 2,048 µs every microsecond has its own cell', () => {
  const values = Array.from({ length: 2048 }, (_, value) => value)
  assert.deepEqual(
    [...filled(values).cells()],
    values.map((value) => ({ lowerUs: value, upperUs: value, count: 1 })),
  )
})

test('an empty histogram answers NaN, and count 0', () => {
  const histogram = new Histogram()
  assert.equal(histogram.count, 0)
  assert.deepEqual(
    [histogram.mean, histogram.min, histogram.max, histogram.quantile(0.5)],
    [Number.NaN, Number.NaN, Number.NaN, Number.NaN],
  )
  assert.deepEqual([...histogram.cells()], [])
})

test('the rank of 0.07 of 100 values is 7, whatever floating point makes of the product', () => {
  const values = Array.from({ length: 100 }, (_, i) => i + 1)
  assert.equal(filled(values).quantile(0.07), 7)
  assert.equal(filled(values).quantile(0.99), 99)
  assert.equal(filled(values).quantile(1), 100)
  assert.equal(filled(values).quantile(0), 1)
})

test('values are rounded to whole microseconds, and those beyond 71 minutes kept in max', () => {
  const histogram = filled([1.4, 1.6, -3, 2 ** 33])
  assert.equal(histogram.min, 0)
  assert.equal(histogram.quantile(0.5), 1)
  assert.equal(histogram.quantile(0.75), 2)
  assert.equal(histogram.max, 2 ** 33)
})

test('NaN, and a quantile outside 0 to 1, are refused', () => {
  assert.throws(() => new Histogram().record(Number.NaN), RangeError)
  assert.throws(() => new Histogram().quantile(99), RangeError)
})

test('a cleared histogram is as a new one', () => {
  const histogram = filled([5, 7000])
  histogram.clear()
  histogram.record(3)
  assert.deepEqual([...histogram.cells()], [{ lowerUs: 3, upperUs: 3, count: 1 }])
  assert.deepEqual([histogram.count, histogram.min, histogram.max], [1, 3, 3])
})
