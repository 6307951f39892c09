import { parseDuration } from './duration.ts'

/** More than any machine sends; what then waits to be sent would fill its memory. */
export const mostPerSecond = 1_000_000

/** How the asked rate goes with time: as read, plain data. Rates are requests a second. */
export type ProfileSpec =
  | { kind: 'constant'; rate: number }
  /** In a straight line from one rate to the other, over the whole duration. */
  | { kind: 'ramp'; from: number; to: number }
  /** Each rate for an equal part of the duration. */
  | { kind: 'steps'; rates: number[] }
  /** Up and down as a sine wave, beginning at `from`, at `to` half a period later. */
  | { kind: 'sine'; from: number; to: number; periodSeconds: number }
  /** So many requests at one instant, at the start and then once a period; none in between. */
  | { kind: 'burst'; requests: number; periodSeconds: number }

/** A profile as functions of time, in seconds after the start. */
export type Profile = {
  /** Requests a second that are asked for at an instant; for bursts, the mean of a period. */
  rateAt(seconds: number): number
  /** How many are due before an instant: the integral of the rate, with its fraction. */
  requestsBefore(seconds: number): number
  /** The inverse: the instant by which so many are due, the first if there are several. */
  secondsOf(requests: number): number
}

/**
 * The functions of a profile. `durationSeconds` is what ramps and steps are stretched over; throws a
 * RangeError when one of them has none.
 */
export function profileOf(spec: ProfileSpec, durationSeconds: number | null): Profile {
  if (spec.kind === 'constant') return constant(spec.rate)
  if (spec.kind === 'sine') return sine(spec)
  if (spec.kind === 'burst') return burst(spec)
  if (durationSeconds === null) throw new RangeError(`a profile of ${spec.kind} needs a duration`)
  return spec.kind === 'ramp'
    ? ramp(spec.from, spec.to, durationSeconds)
    : steps(spec.rates, durationSeconds)
}

const constant = (rate: number): Profile => ({
  rateAt: () => rate,
  requestsBefore: (seconds) => rate * seconds,
  secondsOf: (requests) => requests / rate,
})

const ramp = (from: number, to: number, duration: number): Profile => {
  const slope = (to - from) / duration
  return {
    rateAt: (seconds) => from + slope * Math.min(seconds, duration),
    requestsBefore: (seconds) => (from + (slope * seconds) / 2) * seconds,
    // The quadratic formula in the form that loses no digits when the slope is near zero.
    secondsOf: (requests) =>
      requests === 0
        ? 0
        : (2 * requests) / (from + Math.sqrt(Math.max(0, from ** 2 + 2 * slope * requests))),
  }
}

const steps = (rates: number[], duration: number): Profile => {
  const stepSeconds = duration / rates.length
  const before = [0]
  for (const rate of rates) before.push((before.at(-1) as number) + rate * stepSeconds)
  const rateOf = (step: number) => rates[Math.min(step, rates.length - 1)] as number
  return {
    rateAt: (seconds) => rateOf(Math.floor(seconds / stepSeconds)),
    requestsBefore: (seconds) => {
      const step = Math.min(rates.length - 1, Math.floor(seconds / stepSeconds))
      return (before[step] as number) + rateOf(step) * (seconds - step * stepSeconds)
    },
    secondsOf: (requests) => {
      let step = 0
      while (step < rates.length - 1 && requests >= (before[step + 1] as number)) step += 1
      // In a step of nothing there is no request to place, and 0/0.
      return step * stepSeconds + ((requests - (before[step] as number)) / rateOf(step) || 0)
    },
  }
}

/** The rate is mean − swing·cos(2πt/P), and its integral mean·t − swing·P/2π·sin(2πt/P). */
const sine = (spec: ProfileSpec & { kind: 'sine' }): Profile => {
  const { from, to, periodSeconds: period } = spec
  const mean = (from + to) / 2
  const swing = (to - from) / 2
  const phase = (seconds: number) => (2 * Math.PI * (seconds % period)) / period
  const rateAt = (seconds: number) => mean - swing * Math.cos(phase(seconds))
  const requestsBefore = (seconds: number) =>
    mean * seconds - ((swing * period) / (2 * Math.PI)) * Math.sin(phase(seconds))
  const secondsOf = (requests: number) => {
    const periods = Math.floor(requests / (mean * period))
    return (
      periods * period + solve(requests - periods * mean * period, period, requestsBefore, rateAt)
    )
  }
  return { rateAt, requestsBefore, secondsOf }
}

/** Where a function that rises from 0 on [0, high] reaches a value: Newton's method, kept in its bracket. */
const solve = (
  value: number,
  high: number,
  rising: (x: number) => number,
  slope: (x: number) => number,
): number => {
  let [least, most] = [0, high]
  let x = high / 2
  for (let round = 0; round < 100 && most - least > high * 1e-15; round++) {
    const excess = rising(x) - value
    if (excess === 0) break
    if (excess > 0) most = x
    else least = x
    const next = x - excess / slope(x)
    const bounded = next > least && next < most ? next : (least + most) / 2
    if (Math.abs(bounded - x) <= high * 1e-15) break
    x = bounded
  }
  return x
}

const burst = (spec: ProfileSpec & { kind: 'burst' }): Profile => {
  const { requests: size, periodSeconds: period } = spec
  return {
    rateAt: () => size / period,
    // 1.1 s / 0.1 s is 11.000000000000002 in floating point, which would be a twelfth burst.
    requestsBefore: (seconds) => size * Math.ceil(seconds / period - 1e-9),
    secondsOf: (requests) => Math.floor(requests / size) * period,
  }
}

/**
 * Reads `ramp:10..200`, `steps:10,50,100`, `sine:20..80/60s` or `burst:500/10s`; null when it is none of
 * them, or would never ask for a request. `constant` takes its rate from elsewhere.
 */
export function parseProfile(text: string, rate: number): ProfileSpec | null {
  const [kind = '', value = '', ...rest] = text.split(':')
  if (rest.length > 0) return null
  if (kind === 'constant') return value === '' ? { kind, rate } : null
  const [rates = '', every, ...more] = value.split('/')
  const periodMs = every === undefined ? null : parseDuration(every)
  const range = rates.split('..').map(parseRate)
  if (kind === 'steps') {
    const steps = value.split(',').map(parseRate)
    // A step of nothing is a pause; nothing but pauses is no load.
    return isAll(steps) && steps.some((step) => step > 0) ? { kind, rates: steps } : null
  }
  if (kind === 'ramp' && every === undefined && isRange(range)) {
    return { kind, from: range[0], to: range[1] }
  }
  if (periodMs === null || more.length > 0) return null
  const periodSeconds = periodMs / 1000
  if (kind === 'sine' && isRange(range)) {
    return { kind, from: range[0], to: range[1], periodSeconds }
  }
  if (
    kind === 'burst' &&
    /^\d{1,7}$/.test(rates) &&
    Number(rates) > 0 &&
    Number(rates) <= mostPerSecond
  ) {
    return { kind, requests: Number(rates), periodSeconds }
  }
  return null
}

/** Writes a profile as it is read. */
export function formatProfile(spec: ProfileSpec): string {
  switch (spec.kind) {
    case 'constant':
      return 'constant'
    case 'ramp':
      return `ramp:${spec.from}..${spec.to}`
    case 'steps':
      return `steps:${spec.rates.join(',')}`
    case 'sine':
      return `sine:${spec.from}..${spec.to}/${spec.periodSeconds}s`
    case 'burst':
      return `burst:${spec.requests}/${spec.periodSeconds}s`
  }
}

const parseRate = (text: string): number | null => {
  const rate = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : Number.NaN
  return rate <= mostPerSecond ? rate : null
}

const isAll = (rates: (number | null)[]): rates is number[] => !rates.includes(null)

const isRange = (rates: (number | null)[]): rates is [number, number] =>
  rates.length === 2 && isAll(rates) && rates.some((rate) => rate > 0)
