import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { type PlannedRequest, plannedRequests, shareOf } from './schedule.ts'

const schedule = {
  arrivals: 'poisson',
  profile: { kind: 'ramp', from: 10, to: 200 },
  durationSeconds: 30,
  requests: null,
  seed: 7,
  weights: [1, 2, 5],
} as const

const sharesOf = (workers: number) =>
  Array.from({ length: workers }, (_, index) => [
    ...shareOf(plannedRequests(schedule), { index, workers }),
  ])

/** Of every due instant to the last bit, and of every choice of a target. */
const hashOf = (requests: PlannedRequest[]) => {
  const hash = createHash('sha256')
  for (const { due, target } of requests) hash.update(Float64Array.of(due, target))
  return hash.digest('hex')
}

test('the same seed gives the same schedule for 1 or 8 workers', () => {
  const [whole = []] = sharesOf(1)
  assert.ok(whole.length > 3000)
  for (const workers of [2, 3, 8]) {
    const shares = sharesOf(workers)
    assert.ok(shares.every(({ length }) => Math.abs(length - whole.length / workers) <= 1))
    const dealt = whole.map((_, n) => shares[n % workers]?.[Math.floor(n / workers)])
    assert.equal(hashOf(dealt as PlannedRequest[]), hashOf(whole))
  }
})

test('a share fills as many seconds as the whole', () => {
  const share = shareOf(plannedRequests(schedule), { index: 3, workers: 8 })
  let next = share.next()
  while (!next.done) next = share.next()
  assert.equal(next.value, 30)
})

test('targets are drawn by weight, and other weights leave the due times alone', () => {
  const [whole = []] = sharesOf(1)
  const shares = schedule.weights.map(
    (_, target) => whole.filter((request) => request.target === target).length / whole.length,
  )
  // Of 3,150 draws, three standard deviations are 0.027.
  for (const [target, weight] of schedule.weights.entries()) {
    assert.ok(Math.abs((shares[target] as number) - weight / 8) < 0.027, `${shares}`)
  }
  const single = [...plannedRequests({ ...schedule, weights: [1] })]
  assert.deepEqual(
    single.map(({ due }) => due),
    whole.map(({ due }) => due),
  )
  assert.ok(single.every(({ target }) => target === 0))
})

test('the choice of a target knows nothing of the gap before it', () => {
  const even = [...plannedRequests({ ...schedule, profile: { kind: 'constant', rate: 100 } })]
  const gaps = even.map(({ due }, n) => due - (even[n - 1]?.due ?? 0))
  const mean = (target: number) => {
    const some = gaps.filter((_, n) => even[n]?.target === target)
    return some.reduce((sum, gap) => sum + gap) / some.length
  }
  // Means of some 375 and 1,900 exponential gaps of 10 ms: three standard deviations are 1.7 ms.
  assert.ok(Math.abs(mean(0) - mean(2)) < 0.0017, `${mean(0)}, ${mean(2)}`)
})
