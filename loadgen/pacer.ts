import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

export type Arrivals = 'even' | 'poisson'

export type Schedule = {
  arrivals: Arrivals
  /** Requests a second, above 0. */
  rate: number
  /** Nothing is due from this many seconds on; null for no such end. */
  durationSeconds: number | null
  /** Nothing is due after this many; null for no such end. One of the two ends must be given. */
  requests: number | null
  /** A whole number; the same seed gives the same schedule. */
  seed: number
}

/**
 * When is each request due, in seconds after the start? Goes upwards, and depends on nothing but its
 * parameters: no clock, no answers. `even` has request n due at n/rate, the first at once; `poisson`
 * has independent exponential gaps, the first one before the first request, so that requests come as
 * from many users who know nothing of one another.
 *
 * Ends at whichever of the two ends comes first, and returns the seconds that the schedule fills: the
 * duration, or what its last request needs. Throws a RangeError when it would never end.
 */
export function* dueTimes(schedule: Schedule): Generator<number, number> {
  const { arrivals, rate, seed } = schedule
  const duration = schedule.durationSeconds ?? Number.POSITIVE_INFINITY
  const requests = schedule.requests ?? Number.POSITIVE_INFINITY
  if (duration === Number.POSITIVE_INFINITY && requests === Number.POSITIVE_INFINITY) {
    throw new RangeError('a schedule needs a duration or a number of requests')
  }
  // Both kinds are first laid out at one request a second, and then brought to the rate; a rate that
  // changes with time would be brought in here, by the inverse of its integral.
  const nextUnitTime = arrivals === 'even' ? evenTimes() : poissonTimes(seed)
  let last = 0
  for (let n = 0; n < requests; n++) {
    const due = nextUnitTime() / rate
    if (due >= duration) return duration
    yield due
    last = due
  }
  return Math.min(duration, arrivals === 'even' ? requests / rate : last)
}

const evenTimes = () => {
  let n = 0
  return () => n++
}

/** The state of xoroshiro128+ is well mixed after some 20 draws: https://prng.di.unimi.it/ */
const drawsPassedOver = 64

/** A gap is −ln(1 − u) for a uniform u in [0, 1): the inverse of the exponential distribution. */
const poissonTimes = (seed: number) => {
  const random = xoroshiro128plus(seed)
  // A small seed leaves the state nearly empty, and the first draw is then always close to 1, which
  // would be a first gap of 20 times the mean.
  for (let i = 0; i < drawsPassedOver; i++) uniformFloat64(random)
  let time = 0
  return () => {
    time -= Math.log1p(-uniformFloat64(random))
    return time
  }
}
