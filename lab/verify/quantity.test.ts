import assert from 'node:assert/strict'
import { test } from 'node:test'
import { duration, errorText, range, relativeError } from './quantity.ts'

const durations: [number | null, string][] = [
  [2.4701, '2.470 s'],
  [0.9996, '1.000 s'],
  [0.9994, '999 ms'],
  [0.0998, '99.8 ms'],
  [0.02034, '20.3 ms'],
  [0.00177, '1.77 ms'],
  [0, '0.000 ms'],
  [-0.0012, '−1.20 ms'],
  [null, '—'],
]
for (const [seconds, text] of durations) {
  test(`${seconds} s is shown as ${text}`, () => assert.equal(duration(seconds), text))
}

const ranges: [number, number, string][] = [
  [1, 2.5, '1–2.5 s'],
  [0.064, 0.128, '64–128 ms'],
  [0.512, 1.024, '0.512–1.024 s'],
  [0, 0.001, '0–1 ms'],
  [0.1, 0.2, '100–200 ms'],
  [10, Number.POSITIVE_INFINITY, 'above 10 s'],
]
for (const [low, high, text] of ranges) {
  test(`the bucket from ${low} to ${high} is shown as ${text}`, () => {
    assert.equal(range({ low, high }), text)
  })
}

const errors: [number | null, string][] = [
  [0.247, '+25 %'],
  [-0.0213, '−2.1 %'],
  [0.0004, '±0.0 %'],
  [-0.0995, '−10 %'],
  [null, '—'],
]
for (const [error, text] of errors) {
  test(`an error of ${error} is shown as ${text}`, () => assert.equal(errorText(error), text))
}

test('an error is a share of the truth, and there is none where the truth is 0 or lacking', () => {
  assert.equal(relativeError(3, 2), 0.5)
  assert.equal(relativeError(3, 0), null)
  assert.equal(relativeError(null, 2), null)
  assert.equal(relativeError(3, null), null)
})
