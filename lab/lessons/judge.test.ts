import assert from 'node:assert/strict'
import { test } from 'node:test'
import { around, judge, near } from './judge.ts'
import type { Findings } from './lesson.ts'

const findings: Findings = {
  truth: '2 s',
  accepted: [
    { low: 1.9, high: 2.1 },
    { low: 3, high: 3.1 },
  ],
  tolerance: '',
  evidence: [],
  misconceptions: [
    { answers: { low: 0.9, high: 2 }, hint: 'the mean' },
    { answers: { low: 0, high: 1 }, hint: 'the minimum' },
  ],
  hint: 'Look again.',
}

test('an answer within any of the intervals is right, its ends included', () => {
  for (const answer of [1.9, 2, 2.1, 3.05]) {
    assert.deepEqual(judge(answer, findings), { right: true }, `${answer}`)
  }
})

test('a wrong answer gets the hint of the first misunderstanding that it fits', () => {
  assert.deepEqual(judge(0.95, findings), { right: false, hint: 'the mean' })
  assert.deepEqual(judge(0.5, findings), { right: false, hint: 'the minimum' })
})

test('one that fits none is told which way it is off', () => {
  assert.deepEqual(judge(9, findings), { right: false, hint: 'Too high. Look again.' })
  assert.deepEqual(judge(-1, findings), { right: false, hint: 'Too low. Look again.' })
  assert.deepEqual(judge(2.5, findings), { right: false, hint: 'Look again.' })
})

test('a choice is right by its letter alone', () => {
  const chosen: Findings = {
    ...findings,
    accepted: { choice: 'b' },
    misconceptions: [{ answers: { choice: 'a' }, hint: 'not a' }],
  }
  assert.deepEqual(judge('b', chosen), { right: true })
  assert.deepEqual(judge('a', chosen), { right: false, hint: 'not a' })
  assert.deepEqual(judge('c', chosen), { right: false, hint: 'Look again.' })
})

test('near is a share of the value either way, below zero too', () => {
  assert.deepEqual(near(-2, 0.5), { low: -3, high: -1 })
  assert.deepEqual(near(100), { low: 95, high: 105 })
})

test('around goes no further than half of the way to what it must be told from', () => {
  assert.deepEqual(around(10, 1, [2, 20]), { low: 9, high: 11 })
  assert.deepEqual(around(10, 5, [8, 9, 12, 30]), { low: 9.5, high: 11 })
  assert.deepEqual(around(10, 5, [10]), { low: 5, high: 15 })
})
