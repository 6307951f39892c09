import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bucketOf, estimateQuantile } from './quantile.ts'

// Each as Prometheus answers it; test/console-estimates.test.ts asks a real one about whole distributions.
const bounds = [0.125, 0.5, 1]
const rows: [words: string, q: number, counts: number[], expected: number | undefined][] = [
  ['in the first bucket the line begins at 0', 0.5, [10, 10, 10, 10], 0.0625],
  ['within a bucket it goes along a straight line', 0.5, [0, 10, 10, 10], 0.3125],
  ['a rank that is all of a bucket is its upper bound', 0.5, [5, 10, 10, 10], 0.125],
  ['beyond the last bound it is the last bound', 0.99, [0, 0, 1, 10], 1],
  ['an empty bucket between two is passed over', 0.75, [5, 5, 10, 10], 0.75],
  ['q = 0 is where the first bucket begins', 0, [5, 5, 10, 10], 0],
  ['q = 0 with an empty first bucket is nothing', 0, [0, 5, 10, 10], undefined],
  ['q = 1 is the upper bound of the last bucket that has any', 1, [5, 10, 10, 10], 0.5],
  ['nothing was observed', 0.5, [0, 0, 0, 0], undefined],
]
for (const [words, q, counts, expected] of rows) {
  test(words, () => assert.equal(estimateQuantile(q, bounds, counts), expected))
}

test('without a finite bound there is no estimate', () => {
  assert.equal(estimateQuantile(0.5, [], [3]), undefined)
})

test('a first bound that is not above 0 is the estimate', () => {
  assert.equal(estimateQuantile(0.1, [0, 1], [5, 10, 10]), 0)
})

test('shares do as well as counts', () => {
  assert.equal(estimateQuantile(0.5, bounds, [0, 1, 1, 1]), 0.3125)
})

test('the bucket is told with what is in it', () => {
  assert.deepEqual(bucketOf(0.9, bounds, [2, 4, 6, 20]), {
    lower: 1,
    upper: Number.POSITIVE_INFINITY,
    below: 6,
    within: 14,
    rank: 18,
  })
})
