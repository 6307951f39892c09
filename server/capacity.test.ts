import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createCapacity, QueueFull } from './capacity.ts'

test('who comes first is served first, and nobody passes the bound', async () => {
  const capacity = createCapacity({ concurrency: 2, queueCapacity: 10 })
  const served: number[] = []
  let working = 0
  let most = 0
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      const leave = await capacity.enter()
      working += 1
      most = Math.max(most, working)
      served.push(i)
      await turn()
      working -= 1
      leave()
    }),
  )
  assert.deepEqual(served, [0, 1, 2, 3, 4, 5, 6, 7])
  assert.equal(most, 2)
})

test('when the queue is full the next one is refused at once, and the place is free again later', async () => {
  const capacity = createCapacity({ concurrency: 1, queueCapacity: 1 })
  const leave = await capacity.enter()
  const second = capacity.enter()
  await assert.rejects(capacity.enter(), QueueFull)
  leave()
  const leaveSecond = await second
  leaveSecond()
  assert.equal(typeof (await capacity.enter()), 'function')
})

test('who gives up waiting leaves the queue, and its place goes to the next', async () => {
  const capacity = createCapacity({ concurrency: 1, queueCapacity: 2 })
  const leave = await capacity.enter()
  const gone = new AbortController()
  const second = capacity.enter(gone.signal)
  const third = capacity.enter()
  gone.abort()
  await assert.rejects(second, { name: 'AbortError' })
  leave()
  assert.equal(typeof (await third), 'function')
})

test('who has gone before it came takes no place', async () => {
  const capacity = createCapacity({ concurrency: 1, queueCapacity: 0 })
  await assert.rejects(capacity.enter(AbortSignal.abort()), { name: 'AbortError' })
  assert.equal(typeof (await capacity.enter()), 'function')
})
