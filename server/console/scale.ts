/** How values lie along an axis of so many pixels. */
export type Scale = {
  kind: 'linear' | 'log'
  min: number
  max: number
  /** The place of a value in pixels, within the axis. */
  at: (value: number) => number
  /** The value at a place. */
  value: (pixel: number) => number
}

/**
 * Makes a scale.
 *
 * @param min above 0 where it is logarithmic
 * @param to the pixel of `max`; that of `min` is `from`
 */
export function scaleOf(
  kind: Scale['kind'],
  [min, max]: [min: number, max: number],
  [from, to]: [from: number, to: number],
): Scale {
  const [low, high] = kind === 'log' ? [Math.log(min), Math.log(max)] : [min, max]
  const within = (share: number) => from + Math.min(1, Math.max(0, share)) * (to - from)
  return {
    kind,
    min,
    max,
    at(value) {
      if (kind === 'log' && value <= 0) return from
      return within(((kind === 'log' ? Math.log(value) : value) - low) / (high - low))
    },
    value(pixel) {
      const raw = low + ((pixel - from) / (to - from)) * (high - low)
      return kind === 'log' ? Math.exp(raw) : raw
    },
  }
}

/** The least number of the form 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10ⁿ that is not below: so that axes rest. */
export function niceAbove(value: number): number {
  if (!(value > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find(
    (step) => step * power >= value * (1 - 1e-9),
  )
  return Number(((step ?? 10) * power).toPrecision(3))
}

/** The least number of the form 1, 2, 5 × 10ⁿ that is not below: steps of that end at most round numbers. */
export function stepAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = [1, 2, 5].find((step) => step * power >= value * (1 - 1e-9)) ?? 10
  return Number((step * power).toPrecision(1))
}

/** Round values along a scale, at most so many. */
export function ticksOf({ kind, min, max }: Scale, most: number): number[] {
  if (kind === 'linear') {
    const raw = (max - min) / Math.max(1, most)
    const power = 10 ** Math.floor(Math.log10(raw))
    const step = [1, 2, 2.5, 5, 10].map((s) => s * power).find((s) => s >= raw * (1 - 1e-9)) ?? raw
    const first = Math.ceil(min / step - 1e-9)
    const last = Math.floor(max / step + 1e-9)
    return Array.from({ length: last - first + 1 }, (_, i) =>
      Number(((first + i) * step).toPrecision(6)),
    )
  }
  const choices = [[1, 2, 5], [1, 3], [1]].map((digits) =>
    decades(min, max).flatMap((d) => digits.map((n) => n * d)),
  )
  const inside = choices.map((values) =>
    values
      .map((value) => Number(value.toPrecision(3)))
      .filter((value) => value >= min * 0.999 && value <= max * 1.001),
  )
  return inside.find(({ length }) => length <= most) ?? inside.at(-1) ?? []
}

const decades = (min: number, max: number) => {
  const [first, last] = [Math.floor(Math.log10(min)), Math.ceil(Math.log10(max))]
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
}
