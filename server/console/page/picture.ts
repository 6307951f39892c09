import type { Distribution } from '../distribution.ts'
import { formatBound, formatCount, formatError, formatSeconds, formatShare } from '../format.ts'
import { niceAbove, type Scale, scaleOf, stepAbove, ticksOf } from '../scale.ts'
import { nameOf, type View } from '../view.ts'
import { drawAcross, drawUp } from './axis.ts'
import { byId, onWidth, set, svg } from './dom.ts'
import { hoverable } from './hover.ts'

// Three strips over one time axis: how many took how long, how many took at most so long, and the
// percentiles, true and estimated, each pair joined by what lies between them.
const LEFT = 44
const RIGHT = 76
const DENSITY = { top: 8, bottom: 220 }
const CUMULATIVE = { top: 238, bottom: 378 }
const LANES = { top: 404, each: 24 }
const HEIGHT = LANES.top + 4 * LANES.each + 22

/** The axis reaches so far: what is beyond it is one in 500, and would squeeze all the others. */
const SHOWN = 0.998

/** Makes the picture; the function that it returns draws another view into it. */
export function createPicture(): (view: View, axis: Scale['kind']) => void {
  const place = byId('distribution')
  const parts = {
    across: svg('g'),
    up: svg('g'),
    truthArea: svg('path', { class: 'truth-area' }),
    truthLine: svg('path', { class: 'truth-line' }),
    bars: svg('path', { class: 'seen-bars' }),
    truthSteps: svg('path', { class: 'truth-line' }),
    seenLine: svg('path', { class: 'seen-line dashed' }),
    lanes: svg('g'),
    densityWords: svg(
      'text',
      { class: 'words', 'text-anchor': 'end', y: DENSITY.top + 12 },
      'how many took so long',
    ),
    cumulativeWords: svg(
      'text',
      { class: 'words', 'text-anchor': 'end', y: CUMULATIVE.bottom - 10 },
      'how many took so long at most',
    ),
  }
  const drawing = svg('svg', { height: HEIGHT, role: 'img' }, ...Object.values(parts))
  place.append(drawing)

  let shown: { view: View; axis: Scale['kind'] } | undefined
  let width = 0
  let x = scaleOf('linear', [0, 1], [0, 1])

  const draw = () => {
    if (!shown || width === 0) return
    const { view, axis } = shown
    set(drawing, { viewBox: `0 0 ${width} ${HEIGHT}`, width, 'aria-label': words(view) })
    x = scaleOf(axis, rangeOf(view, axis), [LEFT, width - RIGHT])
    for (const each of [parts.densityWords, parts.cumulativeWords]) {
      set(each, { x: width - RIGHT - 6, display: width > 480 ? 'inline' : 'none' })
    }
    const y = scaleOf('linear', [0, 1], [CUMULATIVE.bottom, CUMULATIVE.top])
    const bottom = LANES.top + 4 * LANES.each
    const ticks = ticksOf(x, Math.floor((width - LEFT - RIGHT) / 64))
    drawAcross(
      parts.across,
      { values: ticks, scale: x, format: formatBound },
      [DENSITY.top, bottom],
      width,
    )
    drawUp(parts.up, { values: [0, 0.5, 1], scale: y, format: (share) => `${share * 100} %` }, [
      LEFT,
      width - RIGHT,
    ])
    drawDensities(parts, view, x)
    set(parts.truthSteps, { d: cumulative(view.truth, x, y) })
    set(parts.seenLine, { d: straightLines(view, x, y) })
    drawLanes(parts.lanes, view, x, width)
  }

  onWidth(place, (now) => {
    width = now
    draw()
  })
  hoverable(drawing, (px) => {
    if (!shown || shown.view.counts.at(-1) === 0) return undefined
    if (px < LEFT || px > width - RIGHT) return undefined
    return wordsAt(shown.view, x.value(px))
  })
  return function show(view, axis) {
    shown = { view, axis }
    draw()
  }
}

const rangeOf = ({ truth, compared }: View, axis: Scale['kind']): [number, number] => {
  const ends = compared.flatMap((each) => [each.true ?? 0, each.estimated ?? 0])
  const high = Math.max(truth.quantile(SHOWN) ?? 0, ...ends, 0.001)
  if (axis === 'linear') return [0, niceAbove(high * 1.04)]
  const low = Math.max(
    0.0005,
    Math.min(truth.quantile(0.001) ?? 0.001, ...ends.filter((end) => end > 0)),
  )
  return [1 / niceAbove(1.2 / low), niceAbove(high * 1.1)]
}

/**
 * On either axis an area is a share of the requests: so a density is the share in a stretch, by its width in
 * pixels. Where the truth has a spike, it may leave the picture at the top: the bars would be flat beneath it.
 */
const drawDensities = (
  { truthArea, truthLine, bars }: Record<'truthArea' | 'truthLine' | 'bars', SVGPathElement>,
  { truth, bounds, counts }: View,
  x: Scale,
) => {
  const steps = edges(x).map(([from, to]) => ({
    from,
    to,
    height: densityOf(truth, from, to, x),
  }))
  const all = counts.at(-1) ?? 0
  const boxes = bounds.flatMap((upper, i) => {
    const lower = bounds[i - 1] ?? 0
    const share = all > 0 ? ((counts[i] ?? 0) - (counts[i - 1] ?? 0)) / all : 0
    return share > 0 && lower < x.max ? [{ lower, upper, share }] : []
  })
  const heightAt = ({ lower, upper, share }: (typeof boxes)[number], seconds: number) =>
    x.kind === 'linear'
      ? (share * (x.max - x.min)) / (upper - lower)
      : // The straight line in time is a curve here: its density is that of the logarithm.
        (share * seconds * Math.log(x.max / x.min)) / (upper - lower)
  const tallestBox = Math.max(0, ...boxes.map((box) => heightAt(box, box.upper)))
  const tallestStep = Math.max(0, ...steps.map(({ height }) => height))
  const most =
    (tallestBox > 0 ? Math.max(tallestBox, Math.min(tallestStep, 3 * tallestBox)) : tallestStep) *
    1.05
  const y = scaleOf('linear', [0, most || 1], [DENSITY.bottom, DENSITY.top])

  const top = steps
    .map(({ from, to, height }) => `L${px(x.at(from))} ${px(y.at(height))}H${px(x.at(to))}`)
    .join('')
  set(truthLine, { d: truth.count > 0 ? `M${px(x.at(x.min))} ${DENSITY.bottom}${top}` : '' })
  set(truthArea, {
    d: truth.count > 0 ? `M${px(x.at(x.min))} ${DENSITY.bottom}${top}V${DENSITY.bottom}Z` : '',
  })
  const outline = boxes.map((box) => {
    const from = Math.max(box.lower, x.min)
    const to = Math.min(box.upper, x.max)
    if (to <= from) return ''
    const pieces = x.kind === 'linear' ? 1 : 8
    const points = Array.from({ length: pieces + 1 }, (_, i) => {
      const at = x.value(x.at(from) + ((x.at(to) - x.at(from)) * i) / pieces)
      return `L${px(x.at(at))} ${px(y.at(heightAt(box, at)))}`
    })
    return `M${px(x.at(from))} ${DENSITY.bottom}${points.join('')}V${DENSITY.bottom}Z`
  })
  set(bars, { d: outline.join('') })
}

/** Stretches of some pixels, and on a linear axis of whole milliseconds: delays are such, and would alias. */
const edges = (x: Scale): [from: number, to: number][] => {
  const [left, right] = [x.at(x.min), x.at(x.max)]
  if (x.kind === 'log') {
    const n = Math.floor((right - left) / 7)
    const edge = (i: number) => x.value(left + ((right - left) * i) / n)
    return Array.from({ length: n }, (_, i) => [edge(i), edge(i + 1)])
  }
  const step = Math.max(0.001, stepAbove(((x.max - x.min) / (right - left)) * 5))
  const n = Math.ceil((x.max - x.min) / step - 1e-9)
  return Array.from({ length: n }, (_, i) => [i * step, Math.min(x.max, (i + 1) * step)])
}

const densityOf = ({ count, within }: Distribution, from: number, to: number, x: Scale) => {
  if (count === 0 || to <= from) return 0
  // The first stretch has what is at 0, too.
  const share = (within(to) - (from === 0 ? 0 : within(from))) / count
  return (share * (x.at(x.max) - x.at(x.min))) / (x.at(to) - x.at(from))
}

const cumulative = ({ count, within }: Distribution, x: Scale, y: Scale) => {
  if (count === 0) return ''
  const [left, right] = [x.at(x.min), x.at(x.max)]
  const n = Math.floor((right - left) / 1.5)
  const points = Array.from({ length: n + 1 }, (_, i) => {
    const at = left + ((right - left) * i) / n
    return `${px(at)} ${px(y.at(within(x.value(at)) / count))}`
  })
  return `M${points.join('L')}`
}

/** What histogram_quantile reads: a point at each bound, and straight lines in time between them. */
const straightLines = ({ bounds, counts }: View, x: Scale, y: Scale) => {
  const all = counts.at(-1) ?? 0
  if (all === 0) return ''
  const points: string[] = []
  const add = (seconds: number, share: number) =>
    points.push(`${px(x.at(seconds))} ${px(y.at(share))}`)
  for (const [i, upper] of bounds.entries()) {
    const lower = bounds[i - 1] ?? 0
    const [below, up] = [(counts[i - 1] ?? 0) / all, (counts[i] ?? 0) / all]
    if (upper < x.min) continue
    if (lower <= x.min) add(x.min, below + ((up - below) * (x.min - lower)) / (upper - lower))
    if (lower >= x.max) break
    const pieces = x.kind === 'linear' ? 1 : 8
    for (let piece = 1; piece <= pieces; piece++) {
      const seconds = lower + ((upper - lower) * piece) / pieces
      const share = below + ((up - below) * piece) / pieces
      if (seconds <= x.max) {
        if (seconds >= x.min) add(seconds, share)
        continue
      }
      // Where it leaves the picture it is still on its way.
      const start = seconds - (upper - lower) / pieces
      const part = (x.max - start) / (seconds - start)
      add(x.max, share - ((up - below) / pieces) * (1 - part))
      break
    }
  }
  return points.length > 0 ? `M${points.join('L')}` : ''
}

const drawLanes = (group: SVGGElement, { compared }: View, x: Scale, width: number) => {
  if (group.childElementCount !== compared.length) {
    group.replaceChildren(
      ...compared.map(({ q }) =>
        svg(
          'g',
          { 'data-q': q },
          svg('text', { class: 'strong', x: LEFT - 8, 'text-anchor': 'end' }, nameOf(q)),
          svg('line', { class: 'gap' }),
          svg('circle', { class: 'truth-dot', r: 5.5 }),
          svg('path', { class: 'seen-dot', d: 'M0-6 6 0 0 6-6 0z' }),
          svg('text', { class: 'strong' }),
        ),
      ),
    )
  }
  for (const [i, each] of compared.entries()) {
    const lane = group.children[i]
    if (!lane) continue
    const [name, gap, dot, diamond, error] = [...lane.children] as [
      Element,
      Element,
      Element,
      Element,
      Element,
    ]
    const y = LANES.top + LANES.each * (i + 0.5) - 8
    const there = each.true !== undefined && each.estimated !== undefined
    const [from, to] = [x.at(each.true ?? 0), x.at(each.estimated ?? 0)]
    const display = there ? 'inline' : 'none'
    set(name, { y: y + 4 })
    set(gap, { x1: from, x2: to, y1: y, y2: y, display })
    set(dot, { cx: from, cy: y, display })
    set(diamond, { transform: `translate(${px(to)} ${px(y)})`, display })
    set(error, { x: width - RIGHT + 8, y: y + 4 })
    if (error.textContent !== formatError(each.error)) error.textContent = formatError(each.error)
  }
}

const words = ({ compared }: View) =>
  `The distribution of the delays, and the histogram’s buckets over it. ${compared
    .map(
      (each) =>
        `${nameOf(each.q)}: true ${formatSeconds(each.true)}, estimated ${formatSeconds(each.estimated)}, error ${formatError(each.error)}`,
    )
    .join('; ')}.`

const wordsAt = ({ truth, bounds, counts }: View, seconds: number) => {
  const all = counts.at(-1) ?? 0
  const at = bounds.findIndex((bound) => bound >= seconds)
  const i = at < 0 ? bounds.length : at
  const within = (counts[i] ?? 0) - (counts[i - 1] ?? 0)
  const few = all === 1 ? '' : `${formatCount(within)} requests, `
  const from = bounds[i - 1] ?? 0
  const to = bounds[i] ?? Number.POSITIVE_INFINITY
  return [
    `bucket ${formatBound(from)} to ${formatBound(to)}`,
    `${few}${formatShare(within / all)}`,
    `up to ${formatSeconds(seconds)}: ${formatShare(truth.within(seconds) / truth.count)} in truth`,
  ].join('\n')
}

const px = (value: number) => Math.round(value * 10) / 10
