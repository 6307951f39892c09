import { lintInfluxQl } from './influxql.ts'
import { type DashboardJson, type PanelJson, panelsOf, type TargetJson } from './json.ts'
import { readQuery } from './promql.ts'

export type LintOptions = {
  /** Every series name that a query may use. */
  seriesNames: string[]
  datasourceUids: string[]
  scrapeIntervalSeconds: number
  /** A window that a panel may have where it also asks for `beside`, a series about the same window. */
  fixedWindow: { window: string; beside: string }
}

/** The width of Grafana's grid. */
const gridWidth = 24

const windows = ['$__rate_interval', '$__range']

/** An annotation has a step of its own, and its window is that step: nothing is left out between points. */
const annotationWindows = ['$__interval']

/**
 * What is wrong with these dashboards: one sentence for each mistake, none if all is well. These are
 * the mistakes that Grafana takes without a word, and shows as an empty panel or not at all.
 */
export function lint(dashboards: DashboardJson[], options: LintOptions): string[] {
  return [
    ...repeated(dashboards.map((d) => d.uid)).map((uid) => `two dashboards have the uid ${uid}`),
    ...repeated(dashboards.map((d) => d.title)).map((t) => `two dashboards have the title ${t}`),
    ...dashboards.flatMap((dashboard) =>
      [...lintDashboard(dashboard, options)].map((message) => `${dashboard.title}: ${message}`),
    ),
  ]
}

function* lintDashboard(dashboard: DashboardJson, options: LintOptions) {
  const panels = panelsOf(dashboard)
  for (const key of ['uid', 'title', 'description'] as const) {
    if (!dashboard[key]) yield `the dashboard has no ${key}`
  }
  for (const id of repeated(panels.map((p) => p.id))) yield `two panels have the id ${id}`
  for (const title of repeated(panels.map((p) => p.title)))
    yield `two panels have the title ${title}`
  const refresh = Number.parseFloat(dashboard.refresh ?? '')
  if (dashboard.refresh?.endsWith('s') && refresh < options.scrapeIntervalSeconds) {
    yield `it refreshes each ${dashboard.refresh}, faster than anything is scraped`
  }
  for (const variable of dashboard.templating?.list ?? []) {
    if (variable.type === 'query') {
      yield* lintDatasource(`variable ${variable.name}`, variable.datasource?.uid, options)
    }
  }
  for (const { name, datasource, expr = '', step } of dashboard.annotations?.list ?? []) {
    const what = `annotation ${name}`
    yield* lintDatasource(what, datasource?.uid, options)
    if (!step) yield `${what} has no step: Grafana would look once a minute`
    yield* lintExpr(what, expr, annotationWindows, options)
  }
  for (const panel of panels) yield* lintPanel(panel, options)
  // The panels of a folded row have places of their own, below it: they are no neighbours of the rest.
  for (const group of [dashboard.panels ?? [], ...panels.map((p) => p.panels ?? [])]) {
    yield* lintPlaces(group)
  }
}

function* lintPanel(panel: PanelJson, options: LintOptions) {
  if (!panel.title) yield `panel ${panel.id} has no title`
  if (!Number.isInteger(panel.id) || Number(panel.id) < 1)
    yield `${panel.title}: its id is ${panel.id}`
  if (panel.type === 'row') return
  if (!panel.description) yield `${panel.title}: it has no description`
  if (!panel.targets) return
  yield* lintDatasource(`panel ${panel.title}`, panel.datasource?.uid, options)
  for (const refId of repeated(panel.targets.map((target) => target.refId))) {
    yield `${panel.title}: two queries have the refId ${refId}`
  }
  const { window, beside } = options.fixedWindow
  const isBeside = panel.targets.some(({ expr = '' }) => readQuery(expr).metrics.includes(beside))
  const allowed = isBeside ? [...windows, window] : windows
  for (const target of panel.targets) {
    for (const message of lintTarget(target, allowed, options)) yield `${panel.title}: ${message}`
  }
}

function* lintTarget(target: TargetJson, allowedWindows: string[], options: LintOptions) {
  if (!target.refId) yield 'a query has no refId'
  const what = `query ${target.refId}`
  yield* lintDatasource(what, target.datasource?.uid, options)
  if (target.datasource?.type === 'influxdb') yield* lintInfluxQl(what, target.query ?? '')
  else yield* lintExpr(what, target.expr ?? '', allowedWindows, options)
}

function* lintExpr(what: string, expr: string, allowedWindows: string[], options: LintOptions) {
  const facts = readQuery(expr)
  if (facts.syntaxError !== undefined) {
    yield `${what} is no PromQL at ${facts.syntaxError ? `“${facts.syntaxError}”` : 'its end'}`
  }
  for (const window of facts.windows.filter((w) => !allowedWindows.includes(w))) {
    yield `${what} has the window [${window}], not ${allowedWindows.join(' or ')}`
  }
  for (const name of facts.metrics.filter((m) => !options.seriesNames.includes(m))) {
    yield `${what} is about ${name}, which nothing exposes`
  }
  for (const bound of facts.bounds.filter((b) => /^\d+(\.0+)?$/.test(b))) {
    yield `${what} has le="${bound}": Prometheus 3 writes 1.0, Prometheus 2 writes 1`
  }
}

function* lintDatasource(what: string, uid: string | undefined, { datasourceUids }: LintOptions) {
  if (!uid) yield `${what} has no datasource`
  else if (!datasourceUids.includes(uid)) yield `${what} has the datasource ${uid}, not provisioned`
}

function* lintPlaces(panels: PanelJson[]) {
  for (const [index, panel] of panels.entries()) {
    const place = panel.gridPos
    if (!place) {
      yield `${panel.title}: it has no place`
      continue
    }
    if (place.x + place.w > gridWidth) yield `${panel.title}: it ends beyond column ${gridWidth}`
    for (const other of panels.slice(index + 1)) {
      if (overlap(place, other.gridPos)) yield `${panel.title} overlaps ${other.title}`
    }
  }
}

type Place = PanelJson['gridPos']

const overlap = (a: Place, b: Place) =>
  a !== undefined &&
  b !== undefined &&
  a.x < b.x + b.w &&
  b.x < a.x + a.w &&
  a.y < b.y + b.h &&
  b.y < a.y + a.h

/** What is there twice, once each; undefined doesn't count. */
const repeated = <T>(values: (T | undefined)[]) =>
  [...new Set(values.filter((v, index) => values.indexOf(v) !== index))].filter(
    (v) => v !== undefined,
  )
