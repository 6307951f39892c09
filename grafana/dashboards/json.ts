/**
 * The parts of a dashboard's JSON that are set and checked here. All is optional: the SDK leaves much of it
 * out, and the lint is for what may be wrong. https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
 */
export type DashboardJson = {
  uid?: string
  title?: string
  description?: string
  refresh?: string
  panels?: PanelJson[]
  templating?: { list?: VariableJson[] }
  annotations?: { list?: AnnotationJson[] }
  links?: { placement?: string }[]
}

export type PanelJson = {
  id?: number
  pluginVersion?: string
  type: string
  title?: string
  description?: string
  gridPos?: { x: number; y: number; w: number; h: number }
  datasource?: DatasourceJson
  targets?: TargetJson[]
  /** Of a row that is folded. */
  panels?: PanelJson[]
}

export type TargetJson = {
  refId?: string
  /** In PromQL. */
  expr?: string
  /** In InfluxQL. */
  query?: string
  alias?: string
  datasource?: DatasourceJson
  instant?: boolean
  format?: string
  legendFormat?: string
}

export type VariableJson = {
  type: string
  name: string
  query?: unknown
  datasource?: DatasourceJson
}

export type AnnotationJson = {
  name?: string
  datasource?: DatasourceJson
  enable?: boolean
  expr?: string
  step?: string
  useValueForTime?: boolean
  titleFormat?: string
  textFormat?: string
  tagKeys?: string
}

export type DatasourceJson = { type?: string; uid?: string }

/** Every panel and row of a dashboard, from top to bottom, those inside folded rows too. */
export function panelsOf(dashboard: DashboardJson): PanelJson[] {
  return (dashboard.panels ?? []).flatMap((panel) => [panel, ...(panel.panels ?? [])])
}
