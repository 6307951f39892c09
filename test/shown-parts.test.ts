import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  bucketQuantile,
  exactQuantile,
  extrapolatedRate,
  layoutQuantile,
} from './shown/arithmetic.ts'
import { type Expected, mistakes, shows } from './shown/expectation.ts'
import { readExposition } from './shown/exposition.ts'
import { mutantsOf } from './shown/mutants.ts'
import type { Run } from './shown/run.ts'

// The parts of the proof by value, on numbers that were worked out by hand.

test('an exact quantile is the value at the nearest rank', () => {
  assert.equal(exactQuantile(0.5, [4, 1, 3, 2]), 2)
  assert.equal(exactQuantile(0.99, [4, 1, 3, 2]), 4)
})

test('a bucket’s quantile lies on the straight line through it', () => {
  const buckets = [
    { le: 1, count: 2 },
    { le: 2, count: 6 },
    { le: Number.POSITIVE_INFINITY, count: 8 },
  ]
  assert.equal(bucketQuantile(0.5, buckets), 1.5)
  assert.equal(bucketQuantile(0.125, buckets), 0.5)
  assert.equal(bucketQuantile(0.99, buckets), 2)
  assert.equal(layoutQuantile(0.5, [0.5, 1, 1.1, 1.2, 1.3, 2, 3, 4], [1, 2]), 1.5)
})

test('a rate is extended to the ends of its window, and not to below zero', () => {
  const every5s = (values: number[]) => values.map((value, i) => ({ at: 100 + 5 * i, value }))
  // 20 in 10 s, extended by 2 s and 3 s to the window of 15 s: 30 in 15 s.
  assert.equal(extrapolatedRate(every5s([50, 60, 70]), 113, 15), 2)
  // The same from zero: it can't have begun earlier.
  assert.equal(extrapolatedRate(every5s([0, 10, 20]), 113, 15), (20 * 1.3) / 15)
  // A counter that began well inside of the window is extended by half of 5 s at most.
  assert.equal(extrapolatedRate(every5s([50, 60, 70]), 110, 30), (20 * 1.25) / 30)
  assert.equal(extrapolatedRate(every5s([50]), 110, 30), undefined)
})

test('an exposition is read without Prometheus', () => {
  const text = '# HELP a b\n# TYPE a gauge\na{x="1",y="}"} 2\nb 3e-2\n\n'
  assert.deepEqual(readExposition(text), [
    { name: 'a', labels: { x: '1', y: '}' }, value: 2 },
    { name: 'b', labels: {}, value: 0.03 },
  ])
})

const run = { end: 60, middle: 30 } as Run
const selected = { variables: {}, routes: [] }
const answer = (labels: Record<string, string>, ...values: number[]) => ({
  labels,
  values: values.map((value, i) => ({ at: 60 - 30 * (values.length - 1 - i), value })),
})
const wrong = (
  answers: ReturnType<typeof answer>[],
  series: Record<string, Expected>,
  at?: 'middle' | 'highest',
) =>
  mistakes(
    answers,
    { legend: '{{le}}' },
    shows(() => series, { relative: 0.1, because: 'so it is' }, at && { at }),
    run,
    selected,
  )

test('a value within the tolerance is right, and one beyond it is named', () => {
  assert.deepEqual(wrong([answer({ le: '1.0' }, 1.1)], { 1: 1 }), [])
  assert.deepEqual(wrong([answer({ le: '1' }, 1.2)], { 1: 1 }), [
    '1: shows 1.2, and must show 0.9 to 1.1 (so it is)',
  ])
  assert.deepEqual(wrong([answer({ le: '1' }, Number.NaN)], { 1: 1 }).length, 1)
  assert.deepEqual(wrong([answer({ le: '1' }, 2.9)], { 1: [2, 3] }), [])
})

test('a series that is missing is named, and one too many, and two of one name', () => {
  assert.deepEqual(wrong([answer({ le: '1' }, 1)], { 2: 1 }), [
    '1: is shown, and must not be',
    '2: is not shown',
  ])
  assert.deepEqual(wrong([answer({ le: '1' }, 1), answer({ le: '1.0' }, 1)], { 1: 1 }), [
    '1: two series have this name',
  ])
})

test('of a query over time the last point counts, or the middle one, or the highest', () => {
  const answers = [answer({ le: '1' }, 5, 3, 1)]
  assert.deepEqual(wrong(answers, { 1: 1 }), [])
  assert.deepEqual(wrong(answers, { 1: 3 }, 'middle'), [])
  assert.deepEqual(wrong(answers, { 1: 5 }, 'highest'), [])
})

test('each place for a mistake in a query makes a mutant', () => {
  const expr =
    'histogram_quantile(0.95, sum by (le) (rate(lab_request_duration_seconds_bucket{a="b"}[$__range])))'
  const others = mutantsOf(expr).map((mutant) => mutant.name)
  assert.deepEqual(others, [
    '0.95 → 0.99',
    '$__range → $__tenth_range',
    'sum → max',
    'rate → increase',
    'lab_request_duration_seconds → lab_delay_seconds',
    'a="b" dropped',
    'another value in a="b"',
    'by (le) dropped',
  ])
  assert.deepEqual(
    mutantsOf('x_sum[$__rate_interval] / x_sum').map((mutant) => mutant.expr),
    [
      'x_count[$__rate_interval] / x_sum',
      'x_sum[$__rate_interval] / x_count',
      'x_sum[$__tenth_rate_interval] / x_sum',
    ],
  )
})
