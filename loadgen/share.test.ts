import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type PlannedRequest, plannedRequests, shareOf } from './schedule.ts'
import { formatShard, parseShard, partOf, threadShare } from './share.ts'

const schedule = {
  arrivals: 'poisson',
  profile: { kind: 'ramp', from: 10, to: 200 },
  durationSeconds: 30,
  requests: null,
  seed: 7,
  weights: [1, 2, 5],
} as const

const whole = [...plannedRequests(schedule)]

/** What a process with a shard to do sends, by thread. */
const threadsOf = (index: number, count: number, threads: number) =>
  Array.from({ length: threads }, (_, thread) => [
    ...shareOf(plannedRequests(schedule), threadShare({ index, count }, thread, threads)),
  ])

const byDue = (requests: PlannedRequest[]) => requests.toSorted((a, b) => a.due - b.due)

test('the union of the shards is exactly the unsharded schedule, each request once', () => {
  assert.ok(whole.length > 3000)
  for (const count of [1, 2, 3, 7]) {
    const shards = Array.from({ length: count }, (_, index) => threadsOf(index, count, 1).flat())
    assert.deepEqual(byDue(shards.flat()), whole, `${count} shards`)
    for (const { length } of shards) assert.ok(Math.abs(length - whole.length / count) <= 1)
  }
})

test('a shard is the same requests for any number of threads, and the shards need not have as many', () => {
  const alone = threadsOf(1, 3, 1).flat()
  assert.deepEqual(
    alone,
    whole.filter((_, n) => n % 3 === 1),
  )
  for (const threads of [2, 3, 4]) {
    const parts = threadsOf(1, 3, threads)
    assert.deepEqual(byDue(parts.flat()), alone)
    for (const { length } of parts) assert.ok(Math.abs(length - alone.length / threads) <= 1)
  }
  const union = [threadsOf(0, 3, 2), threadsOf(1, 3, 1), threadsOf(2, 3, 5)].flat(2)
  assert.deepEqual(byDue(union), whole)
})

test('the parts of a number add up to it, in one shard as in all', () => {
  for (const number of [0, 1, 7, 52, 10_000]) {
    const shards = [0, 1, 2].map((index) => partOf(number, threadShare({ index, count: 3 }, 0, 1)))
    assert.equal(
      shards.reduce((sum, part) => sum + part),
      number,
    )
    const threads = [0, 1].map((n) => partOf(number, threadShare({ index: 2, count: 3 }, n, 2)))
    assert.equal((threads[0] ?? 0) + (threads[1] ?? 0), shards[2])
  }
})

test('a shard is read as it is written, and what is none is refused', () => {
  assert.equal(formatShard({ index: 0, count: 4 }), '0/4')
  assert.deepEqual(parseShard('3/4'), { index: 3, count: 4 })
  assert.deepEqual(parseShard('0/1000'), { index: 0, count: 1000 })
  for (const text of ['4/4', '0/0', '0/1001', '-1/4', '1', '1/', '/4', '1.5/4', ' 0/4', '']) {
    assert.equal(parseShard(text), null, text)
  }
})
