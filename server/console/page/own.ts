import type { State } from '../address.ts'
import { formatMany } from '../format.ts'
import { exponentialBounds, readBounds, seriesOf } from '../own-layout.ts'
import { type Chosen, layouts, ownLayout } from '../view.ts'
import { byId, copy, say, showMistakes } from './dom.ts'

type Wanted = Pick<State, 'layout' | 'bounds' | 'start' | 'factor' | 'count'>

/**
 * Brings the choice of a layout to life: one of the contract's, or one's own. While what is typed has mistakes, they are
 * shown and the layout stays as it was.
 *
 * @returns the layout that is chosen now
 */
export function createLayoutChoice(
  initial: Wanted,
  changed: (wanted: Wanted, chosen: Chosen) => void,
): () => Chosen {
  const radios = [...document.querySelectorAll<HTMLInputElement>('input[name=layout]')]
  const boxes = {
    bounds: byId<HTMLInputElement>('bounds'),
    start: byId<HTMLInputElement>('start'),
    factor: byId<HTMLInputElement>('factor'),
    count: byId<HTMLInputElement>('count'),
  }
  for (const [name, box] of Object.entries(boxes)) box.value = `${initial[name as keyof Wanted]}`
  const known = radios.some(({ value }) => value === initial.layout)
  for (const radio of radios)
    radio.checked = radio.value === (known ? initial.layout : 'openTelemetry')
  let chosen: Chosen = layouts.openTelemetry

  const read = () => {
    const layout = radios.find(({ checked }) => checked)?.value ?? 'openTelemetry'
    const number = (box: HTMLInputElement) =>
      box.value.trim() === '' ? Number.NaN : Number(box.value)
    const wanted = {
      layout,
      bounds: boxes.bounds.value,
      start: number(boxes.start),
      factor: number(boxes.factor),
      count: number(boxes.count),
    }
    byId('own-bounds').hidden = layout !== 'bounds'
    byId('own-factor').hidden = layout !== 'factor'
    const own =
      layout === 'bounds'
        ? readBounds(wanted.bounds)
        : layout === 'factor'
          ? exponentialBounds(wanted)
          : undefined
    const mistakes = own && 'mistakes' in own ? own.mistakes : []
    const kept = mistakes.length > 0 ? ['Below is still the layout from before.'] : []
    showMistakes(byId('own-mistakes'), [...mistakes, ...kept])
    boxes.bounds.setAttribute('aria-invalid', `${layout === 'bounds' && mistakes.length > 0}`)
    if (mistakes.length > 0) return
    if (own && 'bounds' in own) {
      const { start, factor, count } = wanted
      chosen = ownLayout(own.bounds, layout === 'factor' ? { start, factor, count } : undefined)
    } else chosen = layouts[layout as keyof typeof layouts]
    const { bounds, line } = chosen
    say(
      byId('cost'),
      `${formatMany(bounds.length, 'bound')} cost${bounds.length === 1 ? 's' : ''} ${seriesOf(bounds)} series for each set of labels: a bucket each, one to +Inf, the sum and the count.`,
    )
    say(byId('snippet'), line)
    changed(wanted, chosen)
  }
  for (const input of [...radios, ...Object.values(boxes)]) input.addEventListener('input', read)
  const button = byId('copy-snippet')
  button.addEventListener('click', () => copy(button, chosen.line))
  read()
  return () => chosen
}
