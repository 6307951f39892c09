import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'
import { type ProfileSpec, profileOf } from './profile.ts'

export type Arrivals = 'even' | 'poisson'

export type Schedule = {
  arrivals: Arrivals
  profile: ProfileSpec
  /** Nothing is due from this many seconds on; null for no such end. */
  durationSeconds: number | null
  /** Nothing is due after this many; null for no such end. One of the two ends must be given. */
  requests: number | null
  /** A whole number; the same seed gives the same schedule. */
  seed: number
}

/**
 * When is each request due, in seconds after the start? Goes upwards, and depends on nothing but its
 * parameters: no clock, no answers. Requests are first laid out at one a second: `even` has the n-th
 * (from 0) at n, `poisson` has independent exponential gaps, as from many users who know nothing of one
 * another, the first gap before the first request. Then the inverse of the profile's integral brings
 * each to its instant: so an even schedule issues the integral of its rate, rounded up, and a Poisson
 * one is a Poisson process of that rate.
 * (Çinlar's method: https://en.wikipedia.org/wiki/Poisson_point_process#Inhomogeneous_Poisson_point_process)
 *
 * Ends at whichever of the two ends comes first, and returns the seconds that the schedule fills: the
 * duration, or what its last request needs. Throws a RangeError when it would never end.
 */
export function* dueTimes(schedule: Schedule): Generator<number, number> {
  const { arrivals, seed, durationSeconds } = schedule
  const duration = durationSeconds ?? Number.POSITIVE_INFINITY
  const requests = schedule.requests ?? Number.POSITIVE_INFINITY
  if (duration === Number.POSITIVE_INFINITY && requests === Number.POSITIVE_INFINITY) {
    throw new RangeError('a schedule needs a duration or a number of requests')
  }
  const profile = profileOf(schedule.profile, durationSeconds)
  const end =
    durationSeconds === null ? duration : nearlyWhole(profile.requestsBefore(durationSeconds))
  const nextUnitTime = arrivals === 'even' ? evenTimes() : poissonTimes(seed)
  let last = 0
  for (let n = 0; n < requests; n++) {
    const unitTime = nextUnitTime()
    if (unitTime >= end) return duration
    last = profile.secondsOf(unitTime)
    yield last
  }
  return Math.min(duration, arrivals === 'even' ? profile.secondsOf(requests) : last)
}

/** 1.1 × 100 is 110.00000000000001 in floating point, which would be a 111th request. */
const nearlyWhole = (value: number): number => {
  const whole = Math.round(value)
  return Math.abs(value - whole) <= 1e-9 * Math.max(1, whole) ? whole : value
}

const evenTimes = () => {
  let n = 0
  return () => n++
}

/** A gap is −ln(1 − u) for a uniform u in [0, 1): the inverse of the exponential distribution. */
const poissonTimes = (seed: number) => {
  const random = seededRandom(seed)
  let time = 0
  return () => {
    time -= Math.log1p(-random())
    return time
  }
}

/** The state of xoroshiro128+ is well mixed after some 20 draws: https://prng.di.unimi.it/ */
const drawsPassedOver = 64

/** Uniform numbers in [0, 1), always the same ones for the same seed, which is a whole number. */
export function seededRandom(seed: number): () => number {
  const random = xoroshiro128plus(seed)
  // A small seed leaves the state nearly empty, and the first draw is then always close to 1, which
  // would be a first gap of 20 times the mean.
  for (let i = 0; i < drawsPassedOver; i++) uniformFloat64(random)
  return () => uniformFloat64(random)
}
