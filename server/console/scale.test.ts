import assert from 'node:assert/strict'
import { test } from 'node:test'
import { niceAbove, scaleOf, stepAbove, ticksOf } from './scale.ts'

test('a linear scale goes there and back', () => {
  const x = scaleOf('linear', [0, 2], [50, 250])
  assert.deepEqual([x.at(0), x.at(0.5), x.at(2), x.value(150)], [50, 100, 250, 1])
})

test('a logarithmic scale has each decade as wide', () => {
  const x = scaleOf('log', [0.001, 10], [0, 400])
  assert.deepEqual(
    [0.001, 0.01, 1, 10].map((value) => Math.round(x.at(value))),
    [0, 100, 300, 400],
  )
  assert.ok(Math.abs(x.value(200) - 0.1) < 1e-9)
})

test('what is beyond a scale is at its end', () => {
  const x = scaleOf('log', [0.01, 1], [0, 100])
  assert.deepEqual([x.at(0), x.at(0.001), x.at(5)], [0, 0, 100])
})

test('an axis ends at a round number, and stays there', () => {
  assert.deepEqual([2, 2.07, 0.0123, 9.1, 1, 0].map(niceAbove), [2, 2.5, 0.015, 10, 1, 1])
})

test('steps are 1, 2 or 5 of a power of ten', () => {
  assert.deepEqual([0.0021, 0.005, 0.06, 1, 30].map(stepAbove), [0.005, 0.005, 0.1, 1, 50])
})

test('ticks are round and no more than asked for', () => {
  assert.deepEqual(ticksOf(scaleOf('linear', [0, 2.5], [0, 1]), 6), [0, 0.5, 1, 1.5, 2, 2.5])
  assert.deepEqual(ticksOf(scaleOf('log', [0.02, 3], [0, 1]), 9), [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2])
  assert.deepEqual(ticksOf(scaleOf('log', [0.001, 100], [0, 1]), 6), [0.001, 0.01, 0.1, 1, 10, 100])
})
