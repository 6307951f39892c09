import type { Scale } from '../scale.ts'
import { svg } from './dom.ts'

export type AxisOptions = {
  /** Where values may be written, in pixels. */
  values: readonly number[]
  scale: Scale
  format: (value: number) => string
}

/**
 * Draws the grid lines and words of a horizontal axis into a group, unless they are there: an axis that has
 * not changed is left as it is.
 */
export function drawAcross(
  group: SVGGElement,
  { values, scale, format }: AxisOptions,
  [top, bottom]: [top: number, bottom: number],
  width: number,
): void {
  const places = values.map((value) => scale.at(value))
  if (!changed(group, [top, bottom, width, ...values, ...places])) return
  group.replaceChildren(
    ...values.flatMap((value, i) => {
      const x = places[i] ?? 0
      const anchor = x > width - 20 ? 'end' : value === scale.min && x > 50 ? 'start' : 'middle'
      return [
        svg('line', { class: 'gridline', x1: x, x2: x, y1: top, y2: bottom }),
        svg(
          'text',
          { x: Math.min(x, width), y: bottom + 17, 'text-anchor': anchor },
          format(value),
        ),
      ]
    }),
  )
}

/** Draws the grid lines and words of an upright axis into a group, unless they are there. */
export function drawUp(
  group: SVGGElement,
  { values, scale, format }: AxisOptions,
  [left, right]: [left: number, right: number],
): void {
  const places = values.map((value) => scale.at(value))
  if (!changed(group, [left, right, ...values, ...places])) return
  group.replaceChildren(
    ...values.flatMap((value, i) => {
      const y = places[i] ?? 0
      return [
        svg('line', { class: 'gridline', x1: left, x2: right, y1: y, y2: y }),
        svg('text', { x: left - 6, y: y + 4, 'text-anchor': 'end' }, format(value)),
      ]
    }),
  )
}

const drawn = new WeakMap<Element, string>()

const changed = (group: Element, parts: number[]) => {
  const key = parts.join()
  if (drawn.get(group) === key) return false
  drawn.set(group, key)
  return true
}
