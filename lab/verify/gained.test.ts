import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketAt, bucketOf } from './gained.ts'

const end = Number.POSITIVE_INFINITY
const bounds = [0.1, 0.25, 0.5]

const values: [seconds: number, low: number, high: number][] = [
  [0, 0, 0.1],
  [0.1, 0, 0.1],
  [0.1001, 0.1, 0.25],
  [0.5, 0.25, 0.5],
  [0.6, 0.5, end],
]
for (const [seconds, low, high] of values) {
  test(`${seconds} s is in the bucket above ${low} s, up to ${high} s`, () => {
    assert.deepEqual(bucketOf(seconds, bounds), { low, high })
  })
}

const buckets = [
  { le: 0.1, count: 0 },
  { le: 0.25, count: 50 },
  { le: 0.5, count: 90 },
  { le: end, count: 100 },
]

const quantiles: [q: number, low: number, high: number][] = [
  [0.5, 0.1, 0.25],
  [0.51, 0.25, 0.5],
  [0.9, 0.25, 0.5],
  [0.95, 0.5, end],
]
for (const [q, low, high] of quantiles) {
  test(`the quantile ${q} is looked for above ${low} s, up to ${high} s`, () => {
    assert.deepEqual(bucketAt(q, buckets), { low, high })
  })
}

test('where nothing was counted, no bucket has a quantile', () => {
  assert.equal(bucketAt(0.5, []), null)
  assert.equal(bucketAt(0.5, [{ le: end, count: 0 }]), null)
})
