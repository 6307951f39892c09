import { formatBound, formatCount } from '../format.ts'
import { heatFrom, heatStep, type Kept } from '../history.ts'
import { scaleOf, ticksOf } from '../scale.ts'
import { drawAcross, drawUp } from './axis.ts'
import { byId, html, onWidth, set, svg } from './dom.ts'
import { hoverable } from './hover.ts'
import { ago, SHOWN_SECONDS, ticksOfTime } from './time-chart.ts'

const HEIGHT = 168
const TOP = 8
const BOTTOM = 146
const LEFT = 54
const RIGHT = 8

/** How many seconds a column has: a second alone would be speckled. */
const COLUMN_SECONDS = 5
const COLUMNS = SHOWN_SECONDS / COLUMN_SECONDS

/** Makes the heatmap: time across, delay up, logarithmic, the more requests the stronger the colour. */
export function createHeatmap() {
  const place = byId('heatmap')
  const [across, up] = [svg('g'), svg('g')]
  const label = 'A heatmap of the true delays over the last five minutes'
  const drawing = svg('svg', { height: HEIGHT, role: 'img', 'aria-label': label }, across, up)
  // Drawn small, one pixel a cell, and stretched over its place.
  const canvas = html('canvas', { 'aria-hidden': 'true' })
  place.append(drawing, canvas)
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let width = 0
  let seconds: readonly Kept[] = []
  let cells: Cells | undefined

  const draw = () => {
    if (width === 0) return
    cells = cellsOf(seconds)
    const { from, steps, most } = cells
    set(drawing, { viewBox: `0 0 ${width} ${HEIGHT}`, width })
    const x = scaleOf('linear', [-SHOWN_SECONDS, 0], [LEFT, width - RIGHT])
    const y = scaleOf('log', [heatFrom(from), heatFrom(from + steps)], [BOTTOM, TOP])
    drawAcross(
      across,
      { values: ticksOfTime(width), scale: x, format: (s) => ago(-s) },
      [TOP, BOTTOM],
      width,
    )
    drawUp(up, { values: ticksOf(y, 6), scale: y, format: formatBound }, [LEFT, width - RIGHT])
    const styles = { left: LEFT, top: TOP, width: width - LEFT - RIGHT, height: BOTTOM - TOP }
    for (const [name, value] of Object.entries(styles)) canvas.style.setProperty(name, `${value}px`)
    if (canvas.width !== COLUMNS || canvas.height !== steps) {
      canvas.width = COLUMNS
      canvas.height = steps
    }
    const context = canvas.getContext('2d')
    if (!context) return
    const image = context.createImageData(COLUMNS, steps)
    const [red, green, blue] = dark.matches ? [108, 176, 255] : [20, 82, 190]
    for (const [column, counts] of cells.columns.entries()) {
      for (const [step, count] of counts) {
        const at = 4 * ((steps - 1 - (step - from)) * COLUMNS + column)
        image.data.set([red, green, blue, 55 + 200 * Math.sqrt(count / most)], at)
      }
    }
    context.putImageData(image, 0, 0)
  }
  onWidth(place, (now) => {
    width = now
    draw()
  })
  dark.addEventListener('change', draw)
  hoverable(place, (px, py) => {
    if (!cells || px < LEFT || px > width - RIGHT || py < TOP || py > BOTTOM) return undefined
    const column = Math.min(
      COLUMNS - 1,
      Math.floor(((px - LEFT) / (width - LEFT - RIGHT)) * COLUMNS),
    )
    const step = cells.from + Math.floor(((BOTTOM - py) / (BOTTOM - TOP)) * cells.steps)
    const count = cells.columns[column]?.get(step) ?? 0
    const range = `${formatBound(Number(heatFrom(step).toPrecision(3)))} to ${formatBound(Number(heatFrom(step + 1).toPrecision(3)))}`
    return `${ago((COLUMNS - column) * COLUMN_SECONDS)}\n${range}: ${formatCount(count)} requests`
  })
  return function show(all: readonly Kept[]) {
    seconds = all
    draw()
  }
}

type Cells = { columns: Map<number, number>[]; from: number; steps: number; most: number }

const cellsOf = (seconds: readonly Kept[]): Cells => {
  const columns = Array.from({ length: COLUMNS }, () => new Map<number, number>())
  // Columns end at whole multiples, so that what is in one stays in it while it moves.
  const now = Math.ceil(((seconds.at(-1)?.at ?? 0) + 1) / COLUMN_SECONDS) * COLUMN_SECONDS
  let [low, high, most] = [Number.POSITIVE_INFINITY, 0, 1]
  for (const { at, heat } of seconds) {
    const column = columns[COLUMNS - Math.ceil((now - at) / COLUMN_SECONDS)]
    if (!column) continue
    for (const [step, count] of heat) {
      const sum = (column.get(step) ?? 0) + count
      column.set(step, sum)
      low = Math.min(low, step)
      high = Math.max(high, step)
      most = Math.max(most, sum)
    }
  }
  if (high < low) [low, high] = [heatStep(10), heatStep(1000)]
  // At least a decade, ending where a third of one does, so that the axis rests.
  const from = Math.floor(low / 10) * 10
  const to = Math.max(from + 20, Math.ceil((high + 1) / 10) * 10)
  return { columns, from, steps: to - from, most }
}
