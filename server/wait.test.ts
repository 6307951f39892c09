import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waitAtLeast } from './wait.ts'

test('a timer that fires early is waited for again, until the whole delay has passed', async () => {
  let clock = 1000
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
    clock += ms > 3 ? ms - 3 : ms
  }
  await waitAtLeast(100, { now: () => clock, sleep })
  assert.deepEqual(slept, [100, 3])
  assert.equal(clock, 1100)
})

test('no delay does not wait', async () => {
  await waitAtLeast(0, { sleep: () => assert.fail('slept') })
})

test('an aborted wait ends at once', async () => {
  const gone = new AbortController()
  const waiting = waitAtLeast(60_000, { signal: gone.signal })
  gone.abort()
  await assert.rejects(waiting, { name: 'AbortError' })
})

test('the real clock never shows less than the delay, even when the event loop was blocked', async () => {
  for (let i = 0; i < 20; i++) {
    const blockedUntil = performance.now() + 5
    while (performance.now() < blockedUntil);
    const startedAt = performance.now()
    await waitAtLeast(10)
    const waitedMs = performance.now() - startedAt
    assert.ok(waitedMs >= 10, `waited ${waitedMs} ms`)
  }
})
