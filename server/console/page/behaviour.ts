import { readBehaviourRequest } from '../../behaviour-request.ts'
import {
  type Behaviour,
  type BehaviourName,
  behaviourNames,
  behaviours,
  defaultsOf,
} from '../../behaviours.ts'
import type { Distribution } from '../distribution.ts'
import { formatBound, formatSeconds, unbroken } from '../format.ts'
import { inWords } from '../mistakes.ts'
import { niceAbove, scaleOf, stepAbove, ticksOf } from '../scale.ts'
import { expectedOf, inBrackets, viewOf } from '../view.ts'
import { drawAcross } from './axis.ts'
import { afterAWhile, byId, html, onWidth, say, set, showMistakes, svg } from './dom.ts'
import { fillSliders, withUnit } from './sliders.ts'

/** A behaviour and its parameters, as the control listener has them. */
export type Asked = { name: string; parameters: Record<string, number> }

export type BehaviourFormOptions = {
  initial: Asked
  /** The bounds of the layout that is chosen. */
  bounds: () => readonly number[]
  changed: (asked: Asked) => void
  /** After another one came into force. */
  applied: () => void
}

export type BehaviourForm = {
  /** Draws what is asked for once more: the layout is another. */
  refresh: () => void
  /** Asks for another behaviour, as a person would. */
  fill: (asked: Asked) => void
  /** Says what is in force, as the server has just told. */
  inForce: (asked: Asked) => void
}

/** What a behaviour leads to expect, by the server's own formula; undefined where it has none. */
export function expectationOf({ name, parameters }: Asked): Expected | undefined {
  const behaviour: Behaviour | undefined = behaviours[name as BehaviourName]
  const quantile = behaviour?.quantileSeconds
  return quantile && expectedOf((q) => quantile(q, parameters))
}

type Expected = ReturnType<typeof expectedOf>

/** The parameters in a row of words: min 0 s, max 2 s. */
export function wordsOf({ name, parameters }: Asked): string {
  const known = parametersOf(name)
  const each = Object.entries(parameters).map(
    ([key, value]) => `${key} ${withUnit(value, known[key]?.unit ?? '')}`,
  )
  return [name, ...each].join(', ')
}

const parametersOf = (name: string): Behaviour['parameters'] =>
  behaviours[name as BehaviourName]?.parameters ?? {}

/** Brings the form to life. */
export function createBehaviourForm({
  initial,
  bounds,
  changed,
  applied,
}: BehaviourFormOptions): BehaviourForm {
  const select = byId<HTMLSelectElement>('behaviour-name')
  const mistakes = byId('behaviour-mistakes')
  const done = byId('behaviour-done')
  const apply = byId('behaviour-form').querySelector('button')
  select.append(...behaviourNames.map((name) => html('option', { value: name }, name)))
  const preview = createPreview()
  let asked = initial
  /** Is what could not be done no longer to be told? */
  let isOver = () => false

  const show = () => {
    const read = readBehaviourRequest(asked)
    const wrong = 'mistakes' in read ? read.mistakes : []
    showMistakes(mistakes, inWords(wrong, parametersOf(asked.name)))
    isOver = () => false
    if (apply) apply.disabled = wrong.length > 0
    if (wrong.length > 0) {
      // What can't be has no density.
      preview(undefined)
      say(byId('preview-words'), '')
      return
    }
    const expected = expectationOf(asked)
    preview(expected?.truth)
    say(byId('preview-words'), previewWords(expected, bounds()))
  }
  const fill = (name: string, parameters: Record<string, number>) => {
    const known = behaviours[name as BehaviourName]
    asked = { name, parameters }
    select.value = name
    say(byId('behaviour-words'), `${known.description}.`)
    fillSliders(byId('behaviour-parameters'), known.parameters, parameters, (values) => {
      asked = { name, parameters: values }
      say(done, '')
      changed(asked)
      show()
    })
    changed(asked)
    show()
  }
  const put = async (body: Asked) => {
    say(done, 'applying…')
    try {
      const response = await fetch('/api/behaviour', { method: 'PUT', body: JSON.stringify(body) })
      const answer = await response.json()
      showMistakes(mistakes, response.ok ? [] : answer.mistakes)
      say(done, response.ok ? 'In force. Counting begins anew.' : '')
      if (response.ok) applied()
    } catch {
      say(done, '')
      showMistakes(mistakes, ['the server does not answer: nothing was changed'])
      isOver = afterAWhile()
    }
  }

  select.addEventListener('change', () => {
    say(done, '')
    fill(select.value, defaultsOf(select.value as BehaviourName))
  })
  byId('behaviour-form').addEventListener('submit', (event) => {
    event.preventDefault()
    if (!('mistakes' in readBehaviourRequest(asked))) put(asked)
  })
  byId('reset').addEventListener('click', () => {
    const preset = { name: 'uniform', parameters: defaultsOf('uniform') }
    fill(preset.name, preset.parameters)
    put(preset)
  })
  fill(initial.name, initial.parameters)
  return {
    refresh: show,
    fill: ({ name, parameters }) => fill(name, parameters),
    inForce(asked) {
      say(byId('in-force'), wordsOf(asked))
      if (isOver()) show()
    },
  }
}

const previewWords = (expected: Expected | undefined, bounds: readonly number[]) => {
  if (!expected) {
    return 'It changes with time, so no one density is its own: apply it, and watch the heatmap.'
  }
  const p99 = viewOf(expected.truth, expected.seen, bounds).compared.at(-1)
  const whole = `p99 will be ${formatSeconds(p99?.true)}`
  return unbroken(
    `${whole}; the chosen buckets will say ${formatSeconds(p99?.estimated)}${inBrackets(p99?.error)}.`,
  )
}

const HEIGHT = 96
const BOTTOM = 74

/** Draws the exact density of a behaviour that is not in force yet. */
const createPreview = () => {
  const [across, area, line] = [
    svg('g'),
    svg('path', { class: 'truth-area' }),
    svg('path', { class: 'truth-line' }),
  ]
  const drawing = svg(
    'svg',
    {
      height: HEIGHT,
      role: 'img',
      'aria-label': 'The exact density of the behaviour that is chosen',
    },
    across,
    area,
    line,
  )
  byId('preview').append(drawing)
  let width = 0
  let shown: Distribution | undefined
  const draw = () => {
    byId('preview').hidden = shown === undefined
    if (!shown || width === 0) return
    const { within, quantile } = shown
    const high = niceAbove((quantile(0.995) ?? 1) * 1.08 || 0.01)
    const x = scaleOf('linear', [0, high], [2, width - 2])
    set(drawing, { viewBox: `0 0 ${width} ${HEIGHT}`, width })
    drawAcross(
      across,
      { values: ticksOf(x, 4).slice(1), scale: x, format: formatBound },
      [4, BOTTOM],
      width,
    )
    // Round steps, so that the edges of a density lie between two of them.
    const step = stepAbove(high / (width / 3.5))
    const edges = Array.from({ length: Math.ceil(high / step) + 1 }, (_, i) =>
      Math.min(high, i * step),
    )
    const shares = edges.slice(1).map((to, i) => within(to) - (i === 0 ? 0 : within(edges[i] ?? 0)))
    // A spike may leave the picture at the top, so that the rest is to be seen.
    const sorted = shares.filter((share) => share > 1e-9).sort((a, b) => a - b)
    const most = Math.min(sorted.at(-1) ?? 1, 6 * (sorted[Math.floor(sorted.length * 0.8)] ?? 1))
    const y = scaleOf('linear', [0, most * 1.05], [BOTTOM, 4])
    const top = shares.map((share, i) => {
      const [from, to] = [x.at(edges[i] ?? 0), x.at(edges[i + 1] ?? high)]
      return `L${from.toFixed(1)} ${y.at(share).toFixed(1)}H${to.toFixed(1)}`
    })
    set(line, { d: `M2 ${BOTTOM}${top.join('')}` })
    set(area, { d: `M2 ${BOTTOM}${top.join('')}V${BOTTOM}Z` })
  }
  onWidth(byId('behaviour-form'), (now) => {
    width = now
    draw()
  })
  return (distribution: Distribution | undefined) => {
    shown = distribution
    draw()
  }
}
