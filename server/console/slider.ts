import type { Parameter } from '../behaviours.ts'

/** What a slider needs to know of a number. */
export type Range = Pick<Parameter, 'min' | 'max'> & { whole?: boolean }

/**
 * The value at a slider's position, 0 to 1. Where the range spans more than two decades, small values have
 * as much room as large ones: by powers of the range, or from 0 on by the fourth power.
 */
export function valueAt(position: number, range: Range): number {
  const { min, max, whole = false } = range
  if (position <= 0) return min
  if (position >= 1) return max
  const value = isWide(range)
    ? min > 0
      ? min * (max / min) ** position
      : max * position ** 4
    : min + position * (max - min)
  const rounded = whole ? Math.round(value) : Number(value.toPrecision(3))
  return Math.min(max, Math.max(min, rounded))
}

/** The position, 0 to 1, at which a slider has a value. */
export function positionOf(value: number, range: Range): number {
  const { min, max } = range
  if (max === min) return 0
  const position = isWide(range)
    ? min > 0
      ? Math.log(value / min) / Math.log(max / min)
      : (value / max) ** (1 / 4)
    : (value - min) / (max - min)
  return Math.min(1, Math.max(0, position))
}

const isWide = ({ min, max }: Range) => (min > 0 ? max / min > 100 : max >= 10)
