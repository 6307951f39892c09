import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline'
import * as text from '@grafana/grafana-foundation-sdk/text'
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries'
import { annotations } from './annotations.ts'
import { scrapeIntervalSeconds } from './metrics.ts'

/** The house style: what all dashboards and all panels of a kind have in common. */

/** A dashboard of the lab: the last 15 minutes, fresh at each scrape, with what happened, and links to the others. */
export function labDashboard(uid: string, title: string, description: string) {
  const builder = new dashboard.DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([tag])
    .time({ from: 'now-15m', to: 'now' })
    .refresh(`${scrapeIntervalSeconds}s`)
    .timezone('browser')
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .link(
      new dashboard.DashboardLinkBuilder('Latency Lab')
        .type(dashboard.DashboardLinkType.Dashboards)
        .tags([tag])
        .keepTime(true),
    )
  for (const annotation of annotations()) builder.annotation(annotation)
  return builder
}

/** What a dashboard is about, in Markdown: the panel at its top. */
export function explanation(content: string, description = 'What this dashboard is about.') {
  return new text.PanelBuilder()
    .title('What you see')
    .description(description)
    .mode(text.TextMode.Markdown)
    .content(content)
}

/** Lines over time, from zero, with a legend that says the last value. */
export function linesOverTime(title: string, description: string) {
  return signedLinesOverTime(title, description).min(0)
}

/** The same for what may be below zero. */
export function signedLinesOverTime(title: string, description: string) {
  return new timeseries.PanelBuilder()
    .title(title)
    .description(description)
    .lineWidth(2)
    .fillOpacity(0)
    .showPoints(common.VisibilityMode.Auto)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs(['lastNotNull']),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
}

/** One number. Nothing at all, which is what there is before any load, reads as a dash. */
export function oneNumber(title: string, description: string) {
  return new stat.PanelBuilder()
    .title(title)
    .description(description)
    .noValue('–')
    .colorMode(common.BigValueColorMode.Value)
    .graphMode(common.BigValueGraphMode.None)
    .reduceOptions(lastValue())
    .thresholds(thresholds([{ value: null, color: 'text' }]))
}

/** What state each of several things was in, and when; `mappings` gives the states their names and colours. */
export function statesOverTime(title: string, description: string) {
  return (
    new statetimeline.PanelBuilder()
      .title(title)
      .description(description)
      // With the default, a continuous scheme, there would be no legend. The mappings have the colours.
      .colorScheme(
        new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.PaletteClassic),
      )
      .showValue(common.VisibilityMode.Auto)
      .rowHeight(0.8)
      .fillOpacity(70)
      .legend(
        new common.VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(common.LegendDisplayMode.List)
          .placement(common.LegendPlacement.Bottom),
      )
  )
}

/** Horizontal bars, one for each query. */
export function bars(title: string, description: string) {
  return new bargauge.PanelBuilder()
    .title(title)
    .description(description)
    .noValue('–')
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    .reduceOptions(lastValue())
}

/** A query over the time shown. */
export function query(expr: string, legend: string) {
  return new prometheus.DataqueryBuilder().expr(expr).legendFormat(legend).range()
}

/** A query at the end of the time shown. */
export function instantQuery(expr: string, legend: string) {
  return new prometheus.DataqueryBuilder().expr(expr).legendFormat(legend).instant()
}

/** Colours from these values on; the first value is null, for "from the bottom". */
export function thresholds(steps: dashboard.Threshold[]) {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps)
}

/** What values are called, and in which colour. */
export const mapping = (
  options: Record<string, dashboard.ValueMappingResult>,
): dashboard.ValueMap => ({ type: dashboard.MappingType.ValueToText, options })

/** The property of an override that gives a series its colour, by Grafana's name for it. */
export function fixedColor(color: string): dashboard.DynamicConfigValue {
  return { id: 'color', value: { mode: 'fixed', fixedColor: color } }
}

const tag = 'latency-lab'

const lastValue = () =>
  new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false)
