import { formatLatency } from './duration.ts'
import type { Histogram } from './histogram.ts'
import { logBins } from './log-bins.ts'
import { paintWith } from './paint.ts'

const mostRows = 20
/** Of the widest bar, in characters: more doesn't show more. */
const widestBar = 40
const narrowestBar = 8
/** What a row has beside its bar: where it begins, and two shares. */
const besideBar = 8 + 2 + 9 + 9

export type Times = { responseTime: Histogram; serviceTime: Histogram }

/**
 * Draws the distributions of both times over steps of a logarithmic axis: a row each, whose bar has the
 * response time in its upper half and the service time in its lower. Lines of at most `columns`
 * characters (44 at least); none when nothing was recorded.
 */
export function drawDistribution(
  times: Times,
  { columns, colour }: { columns: number; colour: boolean },
): string[] {
  const bins = logBins([times.responseTime, times.serviceTime], mostRows)
  const most = Math.max(...bins.flatMap(({ shares }) => shares))
  const width = Math.max(narrowestBar, Math.min(widestBar, columns - besideBar))
  const rows = bins.map(({ lowerUs, shares: [response = 0, service = 0] }) => {
    const length = (share: number) => barLength(share / most, width)
    const drawn = bar(length(response), length(service), width, colour)
    return `${formatEdge(lowerUs).padStart(8)}  ${drawn}${formatPart(response)}${formatPart(service)}`
  })
  if (rows.length === 0) return []
  const head = `${'from'.padStart(8)}  ${' '.repeat(width)}${'response'.padStart(9)}${'service'.padStart(9)}`
  return [legend(colour), head, ...rows]
}

/** What there is must be seen, however little. */
const barLength = (share: number, width: number) =>
  share === 0 ? 0 : Math.max(1, Math.round(share * width))

/** In two colours both halves of a bar are seen; in one, two halves are a whole. */
const bar = (response: number, service: number, width: number, colour: boolean): string => {
  const paint = paintWith(colour)
  const both = Math.min(response, service)
  const longer = Math.max(response, service)
  const rest = response > service ? '▀' : '▄'
  return [
    colour ? paint(['cyan', 'bgYellow'], '▀'.repeat(both)) : '█'.repeat(both),
    paint(rest === '▀' ? 'cyan' : 'yellow', rest.repeat(longer - both)),
    ' '.repeat(width - longer),
  ].join('')
}

const legend = (colour: boolean) => {
  const paint = paintWith(colour)
  const halves = `${paint('cyan', '▀')} response time  ${paint('yellow', '▄')} service time`
  return colour ? halves : `${halves}  █ both`
}

const formatPart = (share: number) => {
  const text = share < 0.0005 ? '<0.1 %' : `${(100 * share).toFixed(1)} %`
  return (share === 0 ? '–' : text).padStart(9)
}

/** An edge is a round number: 1.5 ms, and not 1.50 ms. */
const formatEdge = (us: number) =>
  formatLatency(us / 1000).replace(/\.(\d*?)0+ /, (_, digits) => (digits ? `.${digits} ` : ' '))
