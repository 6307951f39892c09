import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dueTimes, type Schedule } from './pacer.ts'
import { parseProfile, profileOf } from './profile.ts'

type Some = Partial<Schedule> & { rate?: number }

const schedule = ({ rate = 1, ...some }: Some): Schedule => ({
  arrivals: 'poisson',
  profile: { kind: 'constant', rate },
  durationSeconds: null,
  requests: null,
  seed: 1,
  ...some,
})

const allOf = (some: Some) => [...dueTimes(schedule(some))]

const horizonOf = (some: Some) => {
  const times = dueTimes(schedule(some))
  while (true) {
    const next = times.next()
    if (next.done) return next.value
  }
}

const gapsOf = (times: number[]) => times.map((time, n) => time - (times[n - 1] ?? 0))

test('even arrivals are due at n/rate, and at nothing but that', () => {
  const table: [Some, number[]][] = [
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

const rates = fc.integer({ min: 0, max: 400 }).map((tenths) => tenths / 10)
const profiles = fc
  .oneof(
    fc.tuple(rates, rates).map(([from, to]) => `ramp:${from}..${to}`),
    fc.array(rates, { minLength: 1, maxLength: 5 }).map((steps) => `steps:${steps}`),
    fc
      .tuple(rates, rates, fc.integer({ min: 1, max: 30 }))
      .map((s) => `sine:${s[0]}..${s[1]}/${s[2]}s`),
    fc
      .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 9 }))
      .map(([size, period]) => `burst:${size}/${period}s`),
  )
  .map((text) => parseProfile(text, 1))
  .filter((profile) => profile !== null)
const durations = fc.integer({ min: 1, max: 200 }).map((tenths) => tenths / 10)

/** The integral of the rate by the midpoint rule, and not by the formulas that are tested. */
const integralOf = (rateAt: (seconds: number) => number, until: number, parts = 20_000) => {
  const width = until / parts
  let sum = 0
  for (let part = 0; part < parts; part++) sum += rateAt((part + 0.5) * width) * width
  return sum
}

test('even arrivals are the integral of the rate, at each instant and in all', () => {
  fc.assert(
    fc.property(
      profiles,
      durations,
      fc.integer({ min: 0, max: 1000 }),
      (profile, durationSeconds, share) => {
        const { rateAt, requestsBefore } = profileOf(profile, durationSeconds)
        const times = allOf({ arrivals: 'even', profile, durationSeconds })
        const until = (share / 1000) * durationSeconds
        const seen = times.filter((time) => time < until).length
        assert.ok(
          Math.abs(seen - requestsBefore(until)) <= 1.000001,
          `${seen} of ${requestsBefore(until)}`,
        )
        assert.equal(times.length, Math.ceil(requestsBefore(durationSeconds) - 1e-6))
        assert.ok(times.every((time) => time >= 0 && time < durationSeconds))
        assert.ok(gapsOf(times).every((gap) => gap > -1e-9))
        if (profile.kind === 'burst') return
        const integral = integralOf(rateAt, durationSeconds)
        // The midpoint rule cuts each edge of a step by up to half of its width.
        assert.ok(Math.abs(times.length - integral) <= 1.1, `${times.length} of ${integral}`)
      },
    ),
    { seed: 1, numRuns: 60 },
  )
})

test('a profile issues exactly what can be worked out on paper', () => {
  const table: [string, number, number][] = [
    ['ramp:10..200', 60, (60 * 210) / 2],
    ['ramp:200..0', 10, 1000],
    ['steps:10,50,100', 30, 1600],
    ['steps:0,30', 10, 150],
    ['sine:20..80/60s', 120, 6000],
    ['sine:0..100/1s', 30, 1500],
    ['burst:500/10s', 60, 3000],
    ['burst:500/10s', 61, 3500],
    ['burst:10/100ms', 1.1, 110],
  ]
  for (const [text, durationSeconds, count] of table) {
    const profile = parseProfile(text, 1)
    assert.ok(profile)
    assert.equal(allOf({ arrivals: 'even', profile, durationSeconds }).length, count, text)
    // Poisson with that mean: within four standard deviations.
    const poisson = allOf({ profile, durationSeconds }).length
    assert.ok(Math.abs(poisson - count) < 4 * Math.sqrt(count), `${text}: ${poisson}`)
  }
})

test('a burst is all at one instant', () => {
  const profile = { kind: 'burst', requests: 3, periodSeconds: 10 } as const
  assert.deepEqual(allOf({ arrivals: 'even', profile, durationSeconds: 20 }), [0, 0, 0, 10, 10, 10])
})

test('whatever the profile, poisson arrivals are the same process on a warped clock', () => {
  const unit = allOf({ durationSeconds: 1000 })
  fc.assert(
    fc.property(profiles, durations, (profile, durationSeconds) => {
      if (profile.kind === 'burst') return
      const { requestsBefore } = profileOf(profile, durationSeconds)
      for (const [n, due] of allOf({ profile, durationSeconds }).entries()) {
        const warped = requestsBefore(due)
        assert.ok(Math.abs(warped - (unit[n] as number)) < 1e-6, `${n}: ${warped}, ${unit[n]}`)
      }
    }),
    { seed: 1, numRuns: 60 },
  )
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
