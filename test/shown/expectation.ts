import type { PanelQuery } from '../panels.ts'
import type { Answer } from './asked.ts'
import type { Run } from './run.ts'

/** A value, or the lowest and the highest that is right. */
export type Expected = number | readonly [low: number, high: number]

/** How far a shown value may be from an expected one: by a share of it, or by so much. */
export type Tolerance = { relative?: number; absolute?: number; because: string }

/** What one query of one panel must show of the run. */
export type Shows<R = Run> = {
  /** By the name of the series, as the legend has it: all there are, and no other. */
  series: (run: R, selected: Selected) => Record<string, Expected>
  within: Tolerance
  /**
   * Of a query over time: its last point; the one in the middle of the load, with the shortest
   * `$__rate_interval` that Grafana gives; or the highest of all points. By default the last.
   */
  at: 'end' | 'middle' | 'highest'
  /** Mutants that show the same, by name, and why they do. */
  survivors: Record<string, string>
}

/** What is chosen in the dashboard's variables, and the routes that it stands for. */
export type Selected = { variables: Record<string, string | string[]>; routes: string[] }

/** What a dashboard must show: by the panel's title, and by the refId of its query. */
export type Table<R = Run> = Record<string, Record<string, Shows<R>>>

/** An entry of a table. */
export function shows<R = Run>(
  series: Shows<R>['series'],
  within: Tolerance,
  { at = 'end', survivors = {} }: { at?: Shows['at']; survivors?: Shows['survivors'] } = {},
): Shows<R> {
  return { series, within, at, survivors }
}

/** A query that is about nothing but one series. */
export const shows1 = <R = Run>(
  name: string,
  value: (run: R, selected: Selected) => Expected,
  within: Tolerance,
  options?: Parameters<typeof shows>[2],
) => shows<R>((run, selected) => ({ [name]: value(run, selected) }), within, options)

/** What is wrong with an answer: one sentence for each series, none if all is as it must be. */
export function mistakes<R extends Pick<Run, 'middle' | 'end'>>(
  answers: Answer[],
  { legend }: Pick<PanelQuery, 'legend'>,
  { series, within, at }: Shows<R>,
  run: R,
  selected: Selected,
): string[] {
  const expected = series(run, selected)
  const shown = new Map<string, number>()
  for (const { labels, values } of answers) {
    const value = valueAt(values, at, run)
    if (value === undefined) continue
    const name = nameOf(withVariables(legend, selected), labels)
    if (shown.has(name)) return [`${name}: two series have this name`]
    shown.set(name, value)
  }
  return [
    ...[...shown.keys()]
      .filter((name) => expected[name] === undefined)
      .map((name) => `${name || '(no name)'}: is shown, and must not be`),
    ...Object.entries(expected).flatMap(([name, value]) => {
      const found = shown.get(name)
      if (found === undefined) return `${name}: is not shown`
      const [low, high] = band(value, within)
      return found >= low && found <= high
        ? []
        : `${name}: shows ${found}, and must show ${low} to ${high} (${within.because})`
    }),
  ]
}

const valueAt = (
  values: Answer['values'],
  at: Shows['at'],
  { middle, end }: Pick<Run, 'middle' | 'end'>,
) => {
  if (at === 'highest') return Math.max(...values.map(({ value }) => value))
  const time = at === 'middle' ? middle : end
  return values.find((point) => Math.abs(point.at - time) < 0.01)?.value
}

const band = (value: Expected, { relative = 0, absolute = 0 }: Tolerance): [number, number] => {
  const [low, high] = typeof value === 'number' ? [value, value] : value
  const margin = (of: number) => Math.max(absolute, relative * Math.abs(of), Number.EPSILON)
  return [low - margin(low), high + margin(high)]
}

/** Grafana puts a variable's value into a legend before the labels' values. */
const withVariables = (legend: string, { variables }: Selected) =>
  legend.replace(/\$(\w+)/g, (_, name) => `${variables[name]}`)

/**
 * The legend with the labels' values in it, and nothing where there is no such label. Prometheus 3 writes the
 * bound 1 as 1.0, Prometheus 2 as 1.
 */
const nameOf = (legend: string, labels: Record<string, string>) =>
  legend.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, label) => {
    const value = labels[label] ?? ''
    return label === 'le' && value !== '+Inf' ? String(Number(value)) : value
  })
