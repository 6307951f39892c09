import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMeasured } from './measured.ts'

test('the three requests that took longest beyond their delays are kept, falling', () => {
  const measured = createMeasured()
  assert.deepEqual(measured.worstExcessesMs, [])
  for (const [delayMs, durationMs] of [
    [100, 101],
    [0, 7],
    [50, 53],
    [2000, 2002],
    [10, 510],
  ] as const) {
    measured.record(delayMs, durationMs)
  }
  assert.deepEqual(measured.worstExcessesMs, [500, 7, 3])
  assert.equal(measured.durations.count, 5)
  assert.equal(measured.durations.quantileMs(1), 2002)
})
