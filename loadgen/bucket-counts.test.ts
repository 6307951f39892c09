import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BucketCounts } from './bucket-counts.ts'

const bounds = [100, 200, 500]
const countsOf = (values: number[]) => {
  const buckets = new BucketCounts(bounds)
  for (const value of values) buckets.record(value)
  return buckets
}

test('a bound belongs to its bucket, and what is above all has one of its own', () => {
  assert.deepEqual([...countsOf([0, 100, 100.4, 100.6, 200, 500, 501, 1e9]).counts], [3, 2, 1, 2])
})

test('buckets added up are the buckets of all values', () => {
  const values = fc.array(fc.integer({ min: 0, max: 600 }))
  fc.assert(
    fc.property(values, values, (some, others) => {
      const sum = countsOf(some)
      sum.add(countsOf(others))
      assert.deepEqual(sum.counts, countsOf([...some, ...others]).counts)
      sum.clear()
      assert.deepEqual([...sum.counts], [0, 0, 0, 0])
    }),
    { seed: 1 },
  )
})
