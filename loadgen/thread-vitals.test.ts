import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { after, now } from './clock.ts'
import { watchThread } from './thread-vitals.ts'

const block = (ms: number) => {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('a pause of 50 ms is seen in full, whenever it begins', async () => {
  for (const beginMs of [0, 7, 18, 29]) {
    const vitals = watchThread(now, after)
    await sleep(beginMs)
    block(50)
    if (beginMs === 18) await sleep(20)
    const { longestPauseMs } = vitals()
    // Longer by up to the time between two beats, and by what else the machine had to do.
    assert.ok(longestPauseMs >= 50, `${longestPauseMs} ms, after ${beginMs} ms`)
  }
})

test('a thread that has nothing to do is idle', async () => {
  const vitals = watchThread(now, after)
  await sleep(200)
  const { utilization, longestPauseMs } = vitals()
  assert.ok(utilization < 0.5, `${utilization}`)
  assert.ok(longestPauseMs >= 9, `${longestPauseMs}`)
})
