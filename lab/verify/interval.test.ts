import assert from 'node:assert/strict'
import { test } from 'node:test'
import { meanError, shareInterval } from './interval.ts'

const close = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 5e-5, `${actual}, and expected ${expected}`)

// Values worked out by hand from the formula, the first two also in Agresti and Coull (1998).
const intervals: [q: number, n: number, z: number, low: number, high: number][] = [
  [0.5, 100, 1.96, 0.4038, 0.5962],
  [0, 10, 1.96, 0, 0.2775],
  [0.99, 3000, 5, 0.976, 0.9959],
  [0.5, 3000, 5, 0.4545, 0.5455],
]
for (const [q, n, z, low, high] of intervals) {
  test(`the quantile ${q} of ${n} is between ${low} and ${high} at ${z} standard errors`, () => {
    const interval = shareInterval(q, n, { z })
    close(interval.low, low)
    close(interval.high, high)
  })
}

test('an interval stays within 0 and 1', () => {
  assert.equal(shareInterval(0.99, 1, { periods: 0.001 }).high, 1)
  assert.equal(shareInterval(0.5, 1, { periods: 0.001 }).low, 0)
})

test('a run of two periods may see q(1 − q)/2 too much or too little', () => {
  const without = shareInterval(0.9, 1000)
  const within = shareInterval(0.9, 1000, { periods: 2 })
  close(within.low, without.low - 0.045)
  close(within.high, without.high + 0.045)
})

test('the mean may be off by z·σ/√n, and by more where the tail is long and the sample small', () => {
  close(meanError(2, 0, 10_000, 5), 0.1)
  // t solves n·t² = z²/2 · (2σ² + 2·b·t/3): 100·t² = 12.5 · (2 + 20·t/3).
  const t = meanError(1, 10, 100, 5)
  close(100 * t ** 2, 12.5 * (2 + (20 * t) / 3))
  close(t, 1.0675)
})
