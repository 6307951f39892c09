import assert from 'node:assert/strict'
import { test } from 'node:test'
import { summarize } from './summary.ts'

test('one value is all of its summary', () => {
  assert.deepEqual(summarize([0.25]), {
    ...{ count: 1, min: 0.25, mean: 0.25, max: 0.25, p50: 0.25, p95: 0.25, p99: 0.25 },
  })
})

test('quantiles are values that were there, by their rank', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i)
  assert.deepEqual(summarize(values), {
    ...{ count: 200, min: 1, mean: 100.5, max: 200, p50: 100, p95: 190, p99: 198 },
  })
  assert.equal(summarize([1, 2, 3]).p50, 2)
  assert.equal(summarize([1, 2, 3]).p99, 3)
})

test('what is summed up is left as it was', () => {
  const values = [10, 9, 100]
  summarize(values)
  assert.deepEqual(values, [10, 9, 100])
})

test('of nothing there is no summary', () => assert.throws(() => summarize([]), RangeError))
