import { niceAbove, scaleOf, ticksOf } from '../scale.ts'
import { drawAcross, drawUp } from './axis.ts'
import { byId, onWidth, set, svg } from './dom.ts'
import { hoverable } from './hover.ts'

export type Line = { name: string; kind: string; values: readonly (number | undefined)[] }

export type TimeChartOptions = {
  /** The id of its place. */
  id: string
  /** What it is, for who can't see it. */
  label: string
  format: (value: number) => string
  /** The words of the axis, where they are others. */
  formatTick?: (value: number) => string
  /** The axis reaches at least so far. */
  least: number
}

const HEIGHT = 168
const TOP = 8
const BOTTOM = 146
const LEFT = 54
const RIGHT = 8

/** How much time is shown, in seconds. */
export const SHOWN_SECONDS = 300

/** What was so many seconds ago. */
export const ago = (seconds: number): string =>
  seconds === 0 ? 'now' : seconds % 60 === 0 ? `−${seconds / 60} min` : `−${seconds} s`

/** The times that have words, as many as fit. */
export const ticksOfTime = (width: number): number[] =>
  width > 420 ? [-300, -240, -180, -120, -60, 0] : [-240, -120, 0]

/** Makes a chart of lines over the last minutes; the function that it returns draws other values. */
export function createTimeChart({
  id,
  label,
  format,
  formatTick = format,
  least,
}: TimeChartOptions) {
  const place = byId(id)
  const [across, up, change, cross] = [
    svg('g'),
    svg('g'),
    svg('path', { class: 'change-line' }),
    svg('line', { class: 'cross', display: 'none' }),
  ]
  const paths = svg('g')
  const drawing = svg(
    'svg',
    { height: HEIGHT, role: 'img', 'aria-label': label },
    across,
    up,
    change,
    paths,
    cross,
  )
  place.append(drawing)
  let width = 0
  let shown:
    | { ats: readonly number[]; lines: readonly Line[]; changedAt: number | undefined }
    | undefined

  const draw = () => {
    if (!shown || width === 0) return
    const { ats, lines, changedAt } = shown
    const now = ats.at(-1) ?? 0
    set(drawing, { viewBox: `0 0 ${width} ${HEIGHT}`, width })
    const x = scaleOf('linear', [-SHOWN_SECONDS, 0], [LEFT, width - RIGHT])
    let most = least
    for (const { values } of lines)
      for (const value of values) if ((value ?? 0) > most) most = value ?? 0
    const y = scaleOf('linear', [0, niceAbove(most * 1.05)], [BOTTOM, TOP])
    drawAcross(
      across,
      { values: ticksOfTime(width), scale: x, format: (s) => ago(-s) },
      [TOP, BOTTOM],
      width,
    )
    drawUp(up, { values: ticksOf(y, 4), scale: y, format: formatTick }, [LEFT, width - RIGHT])
    const changeX = changedAt === undefined ? undefined : x.at(changedAt - now)
    const isShown = changedAt !== undefined && changedAt - now > -SHOWN_SECONDS
    set(change, { d: isShown ? `M${changeX} ${TOP}V${BOTTOM}` : '' })
    while (paths.childElementCount < lines.length) paths.append(svg('path'))
    for (const [i, { kind, values }] of lines.entries()) {
      let d = ''
      let pen = 'M'
      for (const [n, at] of ats.entries()) {
        const value = values[n]
        if (value === undefined) {
          pen = 'M'
          continue
        }
        d += `${pen}${Math.round(x.at(at - now) * 10) / 10} ${Math.round(y.at(value) * 10) / 10}`
        pen = 'L'
      }
      const path = paths.children[i]
      if (path) set(path, { class: kind, d })
    }
  }
  onWidth(place, (now) => {
    width = now
    draw()
  })
  hoverable(
    drawing,
    (px) => {
      if (!shown || px < LEFT || px > width - RIGHT) return undefined
      const { ats, lines } = shown
      const x = scaleOf('linear', [-SHOWN_SECONDS, 0], [LEFT, width - RIGHT])
      const second = Math.round(x.value(px))
      const i = ats.indexOf((ats.at(-1) ?? 0) + second)
      if (i < 0) return undefined
      set(cross, { x1: x.at(second), x2: x.at(second), y1: TOP, y2: BOTTOM, display: 'inline' })
      const values = lines.map(({ name, values }) => {
        const value = values[i]
        return `${name} ${value === undefined ? '–' : format(value)}`
      })
      return [ago(-second), ...values].join('\n')
    },
    () => set(cross, { display: 'none' }),
  )
  return function show(ats: readonly number[], lines: readonly Line[], changedAt?: number) {
    shown = { ats, lines, changedAt }
    draw()
  }
}
