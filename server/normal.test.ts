import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { normalCdf, normalQuantile } from './normal.ts'

// https://en.wikipedia.org/wiki/Normal_distribution#Quantile_function
const table: [z: number, q: number][] = [
  [0, 0.5],
  [0.6744897501960817, 0.75],
  [1.2815515655446004, 0.9],
  [1.6448536269514722, 0.95],
  [1.959963984540054, 0.975],
  [2.3263478740408408, 0.99],
  [3.090232306167813, 0.999],
  [-1.2815515655446004, 0.1],
]
for (const [z, q] of table) {
  test(`the quantile ${q} of the standard normal is ${z.toFixed(3)}`, () => {
    assert.ok(Math.abs(normalQuantile(q) - z) < 1e-12, `${normalQuantile(q)}`)
    assert.ok(Math.abs(normalCdf(z) - q) < 1e-12, `${normalCdf(z)}`)
  })
}

test('quantile and distribution undo each other', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (q) => {
      assert.ok(Math.abs(normalCdf(normalQuantile(q)) - q) < 1e-12)
    }),
  )
})

test('at the ends it is infinite, and far out the distribution is 0 or 1', () => {
  assert.deepEqual([0, 1].map(normalQuantile), [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  assert.deepEqual([-40, 40].map(normalCdf), [0, 1])
})
