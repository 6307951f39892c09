import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Histogram } from './histogram.ts'
import { LatencySketch } from './latency-sketch.ts'

const histogramOf = (valuesUs: number[]) => {
  const histogram = new Histogram()
  for (const value of valuesUs) histogram.record(value)
  return histogram
}

const sketchOf = (valuesUs: number[]) => {
  const sketch = new LatencySketch()
  sketch.addHistogram(histogramOf(valuesUs))
  return sketch
}

const values = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  { minLength: 1, maxLength: 200 },
)

test('quantiles are within 1/60 of the histogram’s, and the greatest value is exact', () => {
  fc.assert(
    fc.property(values, (valuesUs) => {
      const [sketch, histogram] = [sketchOf(valuesUs), histogramOf(valuesUs)]
      assert.equal(sketch.count, histogram.count)
      assert.equal(sketch.max, histogram.max)
      for (const q of [0, 0.5, 0.9, 0.99, 1]) {
        const [near, exact] = [sketch.quantile(q), histogram.quantile(q)]
        assert.ok(Math.abs(near - exact) <= exact / 60 + 0.5, `${q}: ${near}, ${exact}`)
      }
    }),
  )
})

test('sketches that are added up are as if all had been in one', () => {
  fc.assert(
    fc.property(values, values, (one, two) => {
      const sum = sketchOf(one)
      sum.add(sketchOf(two))
      const all = sketchOf([...one, ...two])
      for (const q of [0, 0.3, 0.5, 0.99, 1]) assert.equal(sum.quantile(q), all.quantile(q))
      assert.equal(sum.count, all.count)
    }),
  )
})

test('a sketch of nothing has no quantile', () => {
  const nothing = sketchOf([])
  assert.deepEqual([nothing.count, nothing.max, nothing.quantile(0.5)], [0, Number.NaN, Number.NaN])
})
