import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pauseBefore, steadyMs } from './backoff.ts'

test('the pause doubles from half a second up to 30 s, as long as a process keeps ending', () => {
  const pauses: number[] = []
  for (let pause = 0; pauses.length < 9; pauses.push(pause)) pause = pauseBefore(pause, 100)
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
})

test('a process that has run for a while has the first pause again', () => {
  assert.equal(pauseBefore(30_000, steadyMs), 500)
  assert.equal(pauseBefore(4000, steadyMs - 1), 8000)
})
