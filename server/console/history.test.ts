import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHistory, heatFrom, heatStep, type Second, WINDOW_SECONDS } from './history.ts'

const second = (at: number, delays: number[] = []): Second => ({
  at,
  answers: delays.length / 2,
  errors: 0,
  inFlight: 0,
  delays,
  durations: delays,
})

test('p99 is of the last ten seconds', () => {
  const history = createHistory()
  history.add([second(100, [900, 5]), ...[1, 2, 3].map((n) => second(100 + n, [100, 100]))])
  assert.deepEqual(
    history.seconds.map(({ p99 }) => p99),
    [0.9, 0.9, 0.9, 0.9],
  )
  for (let at = 104; at < 104 + WINDOW_SECONDS; at++) history.add([second(at, [100, 100])])
  assert.equal(history.seconds.at(-1)?.p99, 0.1)
})

test('where requests waited, what they took in all is the truth of that second', () => {
  const history = createHistory()
  history.add([second(1, [100, 50]), { ...second(2, [100, 50]), durations: [2000, 50] }])
  assert.deepEqual(
    history.seconds.map(({ p99 }) => p99),
    [0.1, 2],
  )
  assert.deepEqual([...(history.seconds[1]?.heat ?? [])], [[heatStep(2000), 50]])
})

test('an estimate is of the same ten seconds, in the buckets that are asked for', () => {
  const history = createHistory()
  history.add([second(1), second(2, [100, 50, 300, 50])])
  assert.deepEqual(history.estimates([0.2, 0.4]), [undefined, 0.2 + 0.2 * 0.98])
  assert.deepEqual(history.estimates([1]), [undefined, 0.99])
})

test('seconds that nobody told of are empty, and what is known is not taken twice', () => {
  const history = createHistory()
  history.add([second(10, [1, 1])])
  history.add([second(10, [1, 1]), second(13, [1, 1])])
  assert.deepEqual(
    history.seconds.map(({ at, answers }) => [at, answers]),
    [
      [10, 1],
      [11, 0],
      [12, 0],
      [13, 1],
    ],
  )
  assert.equal(history.last, 13)
})

test('only the last seconds are kept, and fewer where they are full', () => {
  const history = createHistory({ keep: 20, mostPairs: 100 })
  for (let at = 1; at <= 1000; at++) history.add([second(at, [at, 1])])
  assert.deepEqual([history.seconds.length, history.seconds[0]?.at], [20, 981])
  const full = Array.from({ length: 20 }, (_, ms) => [ms, 1]).flat()
  for (let at = 1001; at <= 1020; at++) history.add([second(at, full)])
  assert.equal(history.seconds.length, WINDOW_SECONDS)
  history.add([second(5000, [1, 1])])
  assert.equal(history.seconds.length, 1)
})

test('a step of the heatmap begins where it says', () => {
  assert.deepEqual([0, 1, 10, 1000].map(heatStep), [0, 0, 20, 60])
  for (let step = 1; step < 100; step++) assert.equal(heatStep(heatFrom(step) * 1000 + 1e-9), step)
})
