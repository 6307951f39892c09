import type { Truth } from '../control.ts'
import { type Interval, meanError, shareInterval } from './interval.ts'
import { type Level, levelNames, levels } from './statistics.ts'

/** Where each statistic of the injected delays must be, in seconds. */
export type Expected = Record<Level | 'mean', Interval>

/** A delay is a whole number of milliseconds, so it is off by up to half of one. */
const ROUNDING = 0.0005

/**
 * Which quantiles of the formula the quantiles of the sample may be: the score interval, and for a
 * behaviour that comes and goes the part of a period that the run may have seen too often.
 *
 * @param lengthSeconds how long the run lasted
 */
export function shareIntervals(
  truth: Pick<Truth, 'name' | 'parameters' | 'count'>,
  lengthSeconds: number,
): Record<Level, Interval> {
  const { every } = comesAndGoes(truth)
  const periods = every > 0 ? lengthSeconds / every : Number.POSITIVE_INFINITY
  const n = Math.max(1, truth.count)
  return Object.fromEntries(
    levelNames.map((level) => [level, shareInterval(levels[level], n, { periods })]),
  ) as Record<Level, Interval>
}

/**
 * Where the injected quantiles and mean must be.
 *
 * @param truth its formula must have been asked for the ends of all `shares`, and for 0 and 1
 */
export function expectedIntervals(
  truth: Pick<Truth, 'name' | 'parameters' | 'count' | 'analytic'>,
  shares: Record<Level, Interval>,
  lengthSeconds: number,
): Expected | null {
  const { analytic, count } = truth
  if (!analytic) return null
  const at = (q: number) => analytic.quantileSeconds[q] ?? Number.NaN
  const quantiles = levelNames.map((level): [Level, Interval] => {
    const { low, high } = shares[level]
    return [level, { low: at(low) - ROUNDING, high: at(high) + ROUNDING }]
  })
  const mean = analytic.meanSeconds ?? Number.NaN
  const { every, work } = comesAndGoes(truth)
  // In each period a freeze adds (mean − work) · every; a run may see one of them too many, or too few.
  const phase = every > 0 ? ((mean - work) * every) / lengthSeconds : 0
  const reach = Math.max(at(1) - mean, mean - at(0))
  const off = ROUNDING + meanError(analytic.deviationSeconds, reach, count) + phase
  return {
    ...(Object.fromEntries(quantiles) as Record<Level, Interval>),
    mean: { low: mean - off, high: mean + off },
  }
}

/** What a freeze does to a request depends on when it comes; all else is drawn for each alone. */
const comesAndGoes = ({ name, parameters }: Pick<Truth, 'name' | 'parameters'>) => {
  const { every = 0, work = 0 } = name === 'freeze' ? parameters : {}
  return { every, work }
}
