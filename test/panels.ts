import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type DashboardJson, panelsOf } from '../grafana/dashboards/json.ts'

/** One query of one panel, as it stands in the committed dashboards. */
export type PanelQuery = {
  /** The uid of the dashboard. */
  dashboard: string
  /** The title of the panel. */
  panel: string
  refId: string
  expr: string
  /** Asked once, at the end of the time shown, and not for each step of it. */
  instant: boolean
  format: string
  /** How a series is named: `{{label}}` stands for the label's value. */
  legend: string
}

/** Where the committed dashboards are, and what Grafana mounts. */
export const dashboardDirectory = join(import.meta.dirname, '../grafana/provisioning/dashboards')

/** The committed dashboards, by file name. Throws where one is not JSON. */
export function committedDashboards(): Record<string, DashboardJson> {
  const names = readdirSync(dashboardDirectory).filter((name) => name.endsWith('.json'))
  return Object.fromEntries(
    names
      .sort()
      .map((name) => [name, JSON.parse(readFileSync(join(dashboardDirectory, name), 'utf8'))]),
  )
}

/** Every query in PromQL of these dashboards, those of panels in folded rows too. */
export function panelQueries(
  dashboards: DashboardJson[] = Object.values(committedDashboards()),
): PanelQuery[] {
  return targetsOf(dashboards).flatMap(({ dashboard, panel, target }) => {
    const { refId = '', expr, instant = false, format = 'time_series', legendFormat = '' } = target
    return expr === undefined
      ? []
      : [{ dashboard, panel, refId, expr, instant, format, legend: legendFormat }]
  })
}

/** One query in InfluxQL of one panel; `$tag_x` in its alias stands for the value of a tag. */
export type InfluxPanelQuery = Pick<PanelQuery, 'dashboard' | 'panel' | 'refId'> & {
  query: string
  alias: string
}

/** Every query in InfluxQL of these dashboards. */
export function influxPanelQueries(
  dashboards: DashboardJson[] = Object.values(committedDashboards()),
): InfluxPanelQuery[] {
  return targetsOf(dashboards).flatMap(({ dashboard, panel, target }) => {
    const { refId = '', query, alias = '' } = target
    return query === undefined ? [] : [{ dashboard, panel, refId, query, alias }]
  })
}

const targetsOf = (dashboards: DashboardJson[]) =>
  dashboards.flatMap((dashboard) =>
    panelsOf(dashboard).flatMap((panel) =>
      (panel.targets ?? []).map((target) => ({
        dashboard: dashboard.uid ?? '',
        panel: panel.title ?? '',
        target,
      })),
    ),
  )

export type Substitutes = {
  /** For `$__rate_interval`: a duration. Grafana gives four scrape intervals or more. */
  rateInterval: string
  /** For `$__range` and `$__range_s`, in seconds: how much time is shown. */
  rangeSeconds: number
  /** For `$__interval`: a duration, the step of the query. */
  interval?: string
  /** What is chosen in each variable of the dashboard; several values become alternatives. */
  variables?: Record<string, string | string[]>
}

/**
 * Puts values in the place of variables, as Grafana does for Prometheus: a single value as it is, several as
 * a regular expression (https://grafana.com/docs/grafana/latest/visualizations/dashboards/variables/variable-syntax/).
 * For "All" give `.*`, the allValue of the lab's variables. Throws for a variable that has no value.
 */
export function substitute(
  expr: string,
  { rateInterval, rangeSeconds, interval = '5s', variables = {} }: Substitutes,
): string {
  const values: Record<string, string | string[]> = {
    __rate_interval: rateInterval,
    __range: `${rangeSeconds}s`,
    __range_s: `${rangeSeconds}`,
    __interval: interval,
    ...variables,
  }
  return expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (_, braced, bare) => {
    const value = values[braced ?? bare]
    if (value === undefined) throw new Error(`no value for the variable ${braced ?? bare}`)
    if (typeof value === 'string') return value
    const alternatives = value.map(escapeRegExp).join('|')
    return value.length === 1 ? alternatives : `(${alternatives})`
  })
}

/** For a regular expression inside a string of PromQL, where a backslash is written twice. */
const escapeRegExp = (value: string) => value.replace(/[\\^$*+?.()|[\]{}]/g, '\\\\$&')
