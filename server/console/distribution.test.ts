import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, behaviours, defaultsOf } from '../behaviours.ts'
import { bucketLayouts } from '../buckets.ts'
import { createTruth } from '../truth.ts'
import { countsIn, ofFormula, ofPairs, sumOfPairs } from './distribution.ts'

test('pairs are counted as the truth counts', () => {
  const truth = createTruth()
  for (let i = 0; i < 3000; i++) truth.record((i * 7919) % 2400)
  const { count, within, quantile } = ofPairs(truth.delays().flat())
  assert.equal(count, 3000)
  for (const bound of Object.values(bucketLayouts).flat()) {
    assert.equal(within(bound), truth.countWithin(bound * 1000), `${bound}`)
  }
  for (const q of [0, 0.001, 0.5, 0.9, 0.95, 0.99, 0.999, 1]) {
    assert.equal(quantile(q), (truth.quantileMs(q) ?? 0) / 1000, `${q}`)
  }
})

test('where nothing happened there is no quantile, and nothing is within', () => {
  const { count, within, quantile } = ofPairs([])
  assert.deepEqual([count, within(1), quantile(0.5)], [0, 0, undefined])
})

test('the share within is the inverse of a formula', () => {
  const all: [string, Behaviour][] = Object.entries(behaviours)
  for (const [name, { quantileSeconds: formula }] of all) {
    if (!formula || name === 'constant' || name === 'freeze') continue
    const parameters = defaultsOf(name as keyof typeof behaviours)
    const { within } = ofFormula((q) => formula(q, parameters))
    for (const q of [0.01, 0.3, 0.5, 0.89, 0.95, 0.99]) {
      const share = within(formula(q, parameters))
      assert.ok(Math.abs(share - q) < 1e-9, `${name} ${q}: ${share}`)
    }
  }
})

test('a formula that jumps has all of the jump within its value', () => {
  const constant = ofFormula(() => 0.25)
  assert.deepEqual([constant.within(0.2499), constant.within(0.25)], [0, 1])
  const { quantileSeconds: freeze } = behaviours.freeze
  const { within } = ofFormula((q) => freeze(q, defaultsOf('freeze')))
  // All but (lasts + work) / every of the requests run through: 1 − 1.42 / 10.
  assert.ok(Math.abs(within(0.02) - 0.858) < 1e-9, `${within(0.02)}`)
  assert.equal(within(1.42), 1)
})

test('counts are cumulative, with all of them at the end', () => {
  assert.deepEqual(countsIn(ofPairs([50, 2, 100, 3, 900, 5]), [0.1, 0.5]), [5, 5, 10])
})

test('sums of pairs rise, and have each time once', () => {
  assert.deepEqual(sumOfPairs([[5, 1, 7, 2], [], [1, 4, 7, 1]]), [1, 4, 5, 1, 7, 3])
})
