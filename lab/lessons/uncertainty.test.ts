import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quantileError, shareError } from './uncertainty.ts'

/** The same numbers in each run: https://en.wikipedia.org/wiki/Linear_congruential_generator */
const chance = () => {
  let state = 1
  return () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
}

/** What 400 runs of n uniform draws of 0 to 2 make of a quantile, in these buckets: their deviation. */
const deviationOf = (q: number, bounds: number[], n: number) => {
  const random = chance()
  const estimates = Array.from({ length: 400 }, () => {
    const draws = Array.from({ length: n }, () => 2 * random())
    const counts = bounds.map((bound) => draws.filter((draw) => draw <= bound).length)
    const at = counts.findIndex((count) => count >= q * n)
    const [low, below] = [bounds[at - 1] ?? 0, counts[at - 1] ?? 0]
    return low + (((bounds[at] ?? 0) - low) * (q * n - below)) / ((counts[at] ?? 0) - below)
  })
  const mean = estimates.reduce((sum, each) => sum + each, 0) / estimates.length
  return Math.sqrt(estimates.reduce((sum, each) => sum + (each - mean) ** 2, 0) / estimates.length)
}

const cases: [name: string, q: number, bounds: number[]][] = [
  ['p99 in a bucket that has half of all', 0.99, [1, 2.5]],
  ['p50 near the end of a bucket', 0.5, [0.25, 0.5, 0.75, 1.05, 2.5]],
  ['p90 in a narrow bucket', 0.9, [1.7, 1.85, 2.5]],
]
for (const [name, q, bounds] of cases) {
  test(`${name} varies as much as the formula says, within a tenth`, () => {
    const n = 500
    const buckets = bounds.map((le) => ({ le, count: (n * Math.min(2, le)) / 2 }))
    const ratio = quantileError(q, buckets) / deviationOf(q, bounds, n)
    assert.ok(ratio > 0.9 && ratio < 1.1, `${ratio}`)
  })
}

test('above the highest bound, and without requests, nothing is known', () => {
  const above = [
    { le: 1, count: 1 },
    { le: Number.POSITIVE_INFINITY, count: 10 },
  ]
  assert.equal(quantileError(0.99, above), Number.POSITIVE_INFINITY)
  assert.equal(quantileError(0.99, [{ le: 1, count: 0 }]), Number.POSITIVE_INFINITY)
  assert.equal(shareError(0.5, 0), Number.POSITIVE_INFINITY)
})

test('the standard error of a share of a half of 100 is 0.05', () => {
  assert.equal(shareError(0.5, 100), 0.05)
})
