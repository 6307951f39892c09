import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dueTimes, type Schedule } from './pacer.ts'

const schedule = (some: Partial<Schedule>): Schedule => ({
  arrivals: 'poisson',
  rate: 1,
  durationSeconds: null,
  requests: null,
  seed: 1,
  ...some,
})

const allOf = (some: Partial<Schedule>) => [...dueTimes(schedule(some))]

const horizonOf = (some: Partial<Schedule>) => {
  const times = dueTimes(schedule(some))
  while (true) {
    const next = times.next()
    if (next.done) return next.value
  }
}

const gapsOf = (times: number[]) => times.map((time, n) => time - (times[n - 1] ?? 0))

test('even arrivals are due at n/rate, and at nothing but that', () => {
  const table: [Partial<Schedule>, number[]][] = [
    [{ rate: 4, durationSeconds: 1 }, [0, 0.25, 0.5, 0.75]],
    [{ rate: 4, requests: 3 }, [0, 0.25, 0.5]],
    [{ rate: 4, requests: 3, durationSeconds: 0.5 }, [0, 0.25]],
    [{ rate: 0.5, durationSeconds: 5 }, [0, 2, 4]],
    [{ rate: 10, durationSeconds: 0.05 }, [0]],
  ]
  for (const [some, times] of table) assert.deepEqual(allOf({ arrivals: 'even', ...some }), times)
})

test('even arrivals are exactly rate × duration', () => {
  for (const rate of [1, 3, 7, 10, 50, 100, 333, 1000]) {
    for (const durationSeconds of [1, 3, 7, 10]) {
      assert.equal(
        allOf({ arrivals: 'even', rate, durationSeconds }).length,
        rate * durationSeconds,
      )
    }
  }
  assert.equal(allOf({ arrivals: 'even', rate: 10, durationSeconds: 0.3 }).length, 3)
  assert.equal(allOf({ arrivals: 'even', rate: 100, durationSeconds: 1.1 }).length, 110)
})

test('the same seed gives the same schedule, and another seed another', () => {
  const some = { rate: 50, durationSeconds: 10 }
  assert.deepEqual(allOf({ ...some, seed: 7 }), allOf({ ...some, seed: 7 }))
  assert.notDeepEqual(allOf({ ...some, seed: 7 }), allOf({ ...some, seed: 8 }))
})

test('poisson arrivals go upwards, and all fall within the duration', () => {
  const times = allOf({ rate: 500, durationSeconds: 20 })
  assert.ok(gapsOf(times).every((gap) => gap > 0))
  assert.ok(times.every((time) => time > 0 && time < 20))
  // Poisson with mean 10,000: four standard deviations are 400.
  assert.ok(Math.abs(times.length - 10_000) < 400, `${times.length}`)
})

test('a rate twice as high is the same schedule in half the time', () => {
  const once = allOf({ rate: 10, requests: 1000 })
  const twice = allOf({ rate: 20, requests: 1000 })
  assert.deepEqual(
    twice,
    once.map((time) => time / 2),
  )
})

test('poisson gaps are exponential (Kolmogorov and Smirnov, 10,000 gaps, 1 %)', () => {
  for (const seed of [0, 1, 2, 12_345]) {
    const gaps = gapsOf(allOf({ rate: 25, requests: 10_000, seed })).map((gap) => gap * 25)
    assert.ok(distance(gaps) < 1.63 / Math.sqrt(gaps.length), `seed ${seed}: ${distance(gaps)}`)
  }
})

test('the first gap is as random as any other, also with small seeds that follow one another', () => {
  const gaps = Array.from({ length: 1000 }, (_, seed) => allOf({ requests: 1, seed })[0] as number)
  assert.ok(distance(gaps) < 1.63 / Math.sqrt(gaps.length), `${distance(gaps)}`)
})

test('consecutive poisson gaps know nothing of one another', () => {
  const gaps = gapsOf(allOf({ requests: 10_000 }))
  const products = gaps.slice(1).map((gap, n) => (gap - 1) * ((gaps[n] as number) - 1))
  const correlation = products.reduce((sum, product) => sum + product, 0) / products.length
  assert.ok(Math.abs(correlation) < 0.04, `${correlation}`)
})

test('a schedule fills its duration, or what its last request needs', () => {
  assert.equal(horizonOf({ durationSeconds: 30 }), 30)
  assert.equal(horizonOf({ arrivals: 'even', rate: 10, durationSeconds: 3, requests: 1000 }), 3)
  assert.equal(horizonOf({ arrivals: 'even', rate: 10, requests: 20 }), 2)
  assert.equal(horizonOf({ requests: 20 }), allOf({ requests: 20 }).at(-1))
})

test('a schedule without end is refused', () => {
  assert.throws(() => allOf({}), RangeError)
})

/** Greatest distance between the gaps' distribution and the exponential one of mean 1. */
const distance = (gaps: number[]): number => {
  const sorted = gaps.toSorted((a, b) => a - b)
  return Math.max(
    ...sorted.map((gap, n) => {
      const expected = 1 - Math.exp(-gap)
      return Math.max(
        Math.abs(expected - n / sorted.length),
        Math.abs(expected - (n + 1) / sorted.length),
      )
    }),
  )
}
