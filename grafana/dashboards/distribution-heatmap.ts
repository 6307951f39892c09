import * as common from '@grafana/grafana-foundation-sdk/common'
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { NoUnit } from '@grafana/grafana-foundation-sdk/units'
import { query } from './house.ts'

export type DistributionHeatmap = {
  /** How many took up to each bound, by `le`: cumulative, as Prometheus has it. */
  expr: string
  /** Of the bounds. */
  unit: string
}

/** A histogram as it goes: a column for each step of time, a cell for each bucket. */
export function distributionHeatmap(
  title: string,
  description: string,
  { expr, unit }: DistributionHeatmap,
) {
  return new heatmap.PanelBuilder()
    .title(title)
    .description(description)
    .withTarget(query(expr, '{{le}}').format(PromQueryFormat.Heatmap))
    .calculate(false)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .scale(heatmap.HeatmapColorScale.Exponential)
        .fill('dark-orange')
        .exponent(0.5)
        .steps(64)
        .reverse(false),
    )
    .rowsFrame(
      new heatmap.RowsHeatmapOptionsBuilder()
        .layout(common.HeatmapCellLayout.Auto)
        .value('answers'),
    )
    .cellGap(1)
    .cellValues(new heatmap.CellValuesBuilder().unit(NoUnit).decimals(0))
    .yAxis(
      new heatmap.YAxisConfigBuilder()
        .unit(unit)
        .axisPlacement(common.AxisPlacement.Left)
        .reverse(false),
    )
    .tooltip(
      new heatmap.HeatmapTooltipBuilder()
        .mode(common.TooltipDisplayMode.Single)
        .yHistogram(true)
        .showColorScale(true),
    )
    .showLegend()
}
