import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoffMs } from './backoff.ts'

test('the pause doubles from half a second up to ten', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 2000].map((failures) => backoffMs(failures, () => 0))
  assert.deepEqual(longest, [500, 1000, 2000, 4000, 8000, 10_000, 10_000, 10_000])
})

test('chance takes up to a half of it', () => {
  assert.equal(
    backoffMs(6, () => 1),
    5000,
  )
  assert.equal(
    backoffMs(1, () => 0.5),
    375,
  )
})
