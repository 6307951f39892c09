import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ofFormula, ofPairs } from './distribution.ts'
import { expectedOf, fittingAxis, gradeOf, layouts, nameOf, verdictOf, viewOf } from './view.ts'

const uniform = ofFormula((q) => 2 * q)
const text = (view: ReturnType<typeof viewOf>) =>
  verdictOf(view)
    .map((part) => part.text)
    .join('')

test('of 0 to 2 s OpenTelemetry’s buckets make a p99 of 2.47 s', () => {
  const view = viewOf(uniform, uniform, layouts.openTelemetry.bounds)
  const p99 = view.compared.at(-1)
  assert.equal(p99?.true, 1.98)
  assert.ok(Math.abs((p99?.estimated ?? 0) - 2.47) < 1e-9)
  assert.ok(Math.abs((p99?.error ?? 0) - 0.2475) < 1e-3)
  assert.equal(
    text(view),
    'The p99 is 1.98 s. These buckets say 2.47 s (+24.7 %): all they know is that 50.0 % of the requests took 1 s to 2.5 s, so they assume an even spread from one to the other.',
  )
})

test('linear buckets are right about it', () => {
  const view = viewOf(uniform, uniform, layouts.linear.bounds)
  assert.equal(text(view), 'The p99 is 1.98 s, and these buckets say 1.98 s (0 %).')
})

test('beyond the last bound the words say so', () => {
  const view = viewOf(uniform, uniform, [0.5, 1])
  assert.match(
    text(view),
    /say 1\.00 s \(−49\.5 %\): 50\.0 % of the requests are beyond the last bound, 1 s/,
  )
})

test('another percentile is named where p99 is right and that one is not', () => {
  const twice = ofPairs([100, 60, 1980, 40])
  assert.match(
    text(viewOf(twice, twice, [1, 1.99])),
    /^The p50 is 100 ms\. These buckets say 833 ms/,
  )
})

test('what is seen may be others than the truth: durations, and not delays', () => {
  const view = viewOf(ofPairs([250, 10]), ofPairs([251, 10]), layouts.openTelemetry.bounds)
  assert.deepEqual([view.compared[0]?.true, view.compared[0]?.estimated], [0.25, 0.375])
})

test('where nothing happened nothing is said', () => {
  const nothing = ofPairs([])
  assert.equal(text(viewOf(nothing, nothing, [1])), 'Nothing to see yet.')
})

test('a truth of 0 has no error', () => {
  const zero = ofPairs([0, 5])
  const view = viewOf(zero, zero, [1])
  assert.equal(view.compared[0]?.error, undefined)
  assert.equal(
    text(view),
    'The p99 is 0 s. These buckets say 990 ms: all they know is that 100 % of the requests took 0 s to 1 s, so they assume an even spread from one to the other.',
  )
})

test('a delay at a bound is expected in the next bucket, because a duration is longer', () => {
  const { truth, seen } = expectedOf(() => 0.25)
  const [p50] = viewOf(truth, seen, layouts.openTelemetry.bounds).compared
  assert.deepEqual([p50?.true, p50?.estimated], [0.25, 0.375])
})

test('the axis is logarithmic where p99 is many times the median, and stays in between', () => {
  const of = (ratio: number) => ofPairs([10, 60, 10 * ratio, 40])
  assert.deepEqual(
    [2, 6, 9].flatMap((ratio) => [fittingAxis(of(ratio), 'linear'), fittingAxis(of(ratio), 'log')]),
    ['linear', 'linear', 'linear', 'log', 'log', 'log'],
  )
})

test('names and grades', () => {
  assert.deepEqual([0.5, 0.99, 0.999].map(nameOf), ['p50', 'p99', 'p99.9'])
  assert.deepEqual([0, -0.02, 0.021, -0.1, 0.11, undefined].map(gradeOf), [
    'good',
    'good',
    'warn',
    'warn',
    'bad',
    undefined,
  ])
})
