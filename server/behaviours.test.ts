import assert from 'node:assert/strict'
import { test } from 'node:test'
import { behaviours } from './behaviours.ts'
import { seededRandom } from './random.ts'

for (const [name, { sampleSeconds, quantileSeconds }] of Object.entries(behaviours)) {
  test(`${name}: 10,000 samples follow its quantile function (Kolmogorov-Smirnov)`, () => {
    const random = seededRandom(7)
    const n = 10_000
    const samples = Array.from({ length: n }, () => sampleSeconds(random)).sort((a, b) => a - b)
    // The distance between two distributions is the same seen from either axis, so the cumulative
    // distribution at a sample is found by bisecting the quantile function.
    const distance = samples.reduce((worst, sample, i) => {
      const q = bisect(quantileSeconds, sample)
      return Math.max(worst, Math.abs(q - i / n), Math.abs(q - (i + 1) / n))
    }, 0)
    // The critical value at a significance of 0.1 %: sqrt(-ln(0.001 / 2) / 2) / sqrt(n).
    assert.ok(distance < 1.95 / Math.sqrt(n), `distance ${distance}`)
  })
}

test('uniform is 0 to 2 s, its median 1 s', () => {
  const { quantileSeconds } = behaviours.uniform
  assert.deepEqual([0, 0.5, 0.9, 1].map(quantileSeconds), [0, 1, 1.8, 2])
})

test('a seed repeats its sequence, another seed has another, and none begins at an extreme', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
  assert.deepEqual(draw(1), draw(1))
  assert.notDeepEqual(draw(1), draw(2))
  const firsts = Array.from({ length: 1000 }, (_, seed) => seededRandom(seed)())
  const mean = firsts.reduce((sum, first) => sum + first, 0) / firsts.length
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean of the first numbers ${mean}`)
})

function bisect(quantile: (q: number) => number, value: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2
    if (quantile(middle) < value) low = middle
    else high = middle
  }
  return low
}
