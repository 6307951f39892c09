import { formatBound, formatNumber } from '../format.ts'
import { positionOf, valueAt } from '../slider.ts'
import { html, say } from './dom.ts'

/** A number that a form asks for. */
export type Field = {
  description: string
  unit: string
  min: number
  max: number
  default: number
  whole?: boolean
}

const units: Record<string, string> = {
  seconds: 's',
  ratio: '',
  number: '',
  'requests a second': '/s',
  requests: '',
}

/** How fine a slider is. */
const POSITIONS = 1000

/**
 * Fills a place with a slider and a box for each number; they go together. The slider knows the bounds, and
 * says its value with the unit; the box takes any number, and what it is not allowed is for `changed` to say.
 *
 * @param values the numbers as they are at first, by name
 * @param changed is called with all numbers; NaN where a box has none
 */
export function fillSliders(
  place: HTMLElement,
  fields: Record<string, Field>,
  values: Record<string, number>,
  changed: (values: Record<string, number>) => void,
): void {
  const now = { ...values }
  place.replaceChildren(
    ...Object.entries(fields).map(([name, field]) => {
      const id = `${place.id}-${name}`
      const slider = html('input', { type: 'range', min: 0, max: POSITIONS, step: 1, id })
      const box = html('input', {
        type: 'number',
        min: field.min,
        max: field.max,
        step: 'any',
        'aria-label': `${field.description}${field.unit === 'number' || field.unit === 'ratio' ? '' : `, in ${field.unit}`}`,
      })
      const show = (value: number) => {
        slider.value = `${Math.round(positionOf(value, field) * POSITIONS)}`
        slider.setAttribute('aria-valuetext', withUnit(value, field.unit))
        box.setAttribute('aria-invalid', `${!(value >= field.min && value <= field.max)}`)
      }
      const value = now[name] ?? field.default
      now[name] = value
      box.value = `${value}`
      show(value)
      slider.addEventListener('input', () => {
        const value = valueAt(Number(slider.value) / POSITIONS, field)
        now[name] = value
        box.value = `${value}`
        slider.setAttribute('aria-valuetext', withUnit(value, field.unit))
        box.setAttribute('aria-invalid', 'false')
        changed({ ...now })
      })
      box.addEventListener('input', () => {
        const value = box.value.trim() === '' ? Number.NaN : Number(box.value)
        now[name] = value
        if (!Number.isNaN(value)) show(value)
        else box.setAttribute('aria-invalid', 'true')
        changed({ ...now })
      })
      const label = html('label', { for: id }, `${field.description} `)
      const bounds = html('span', { class: 'muted' })
      say(bounds, `${withUnit(field.min, field.unit)} to ${withUnit(field.max, field.unit)}`)
      label.append(bounds)
      return html(
        'div',
        { class: 'slider' },
        label,
        slider,
        box,
        html('span', { class: 'unit' }, units[field.unit] ?? ''),
      )
    }),
  )
}

/** A number with the unit of its parameter. */
export function withUnit(value: number, unit: string): string {
  if (unit === 'seconds') return formatBound(value)
  return `${formatNumber(value)}${unit === 'requests a second' ? '/s' : ''}`
}
