import * as barchart from '@grafana/grafana-foundation-sdk/barchart'
import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import { PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus'
import { NoUnit, String as Text } from '@grafana/grafana-foundation-sdk/units'
import { instantQuery } from './house.ts'

export type DistributionBars = {
  /** How many took up to each bound, by `le`: cumulative, as Prometheus has it. */
  expr: string
  color: string
  /** What is counted: "answers". */
  counts: string
  /** The least room for a label below the bars, in pixels; 0 writes them all. */
  labelSpacing?: number
  /** The unit of the bounds; seconds by default. */
  boundsIn?: string
}

/**
 * A histogram as bars, one for each bucket.
 *
 * A histogram in Prometheus is cumulative: the bucket of 0.5 s counts those of 0.4 s too. The format
 * heatmap has Grafana's datasource sort the buckets by `le` as numbers and take the differences, also for
 * an instant query; that leaves one row with a column for each bucket. The transformation then turns
 * columns into rows, in their order, because that is what a bar chart draws.
 */
export function distributionBars(
  title: string,
  description: string,
  { expr, color, counts, labelSpacing = 0, boundsIn = 'seconds' }: DistributionBars,
) {
  return (
    new barchart.PanelBuilder()
      .title(title)
      .description(description)
      .withTarget(instantQuery(expr, '{{le}}').format(PromQueryFormat.Heatmap))
      .withTransformation({
        id: 'reduce',
        options: { mode: 'seriesToRows', reducers: ['lastNotNull'], includeTimeField: false },
      })
      .xField('Field')
      .orientation(common.VizOrientation.Vertical)
      .barWidth(0.95)
      .showValue(common.VisibilityMode.Never)
      .xTickLabelSpacing(labelSpacing)
      // The SDK's default, 0, would cut every label down to an ellipsis.
      .xTickLabelMaxLength(10)
      .fillOpacity(80)
      .gradientMode(common.GraphGradientMode.None)
      .axisLabel(counts)
      .colorScheme(
        new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(color),
      )
      // Each column has its own unit: one for the whole panel would round the bounds below the bars, too.
      .overrideByName('Field', [
        { id: 'unit', value: Text },
        { id: 'custom.axisLabel', value: `took up to … ${boundsIn}` },
      ])
      .overrideByName('Last *', [
        { id: 'displayName', value: counts },
        { id: 'unit', value: NoUnit },
        { id: 'decimals', value: 0 },
        { id: 'min', value: 0 },
      ])
      .legend(
        new common.VizLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(common.LegendDisplayMode.List)
          .placement(common.LegendPlacement.Bottom),
      )
      .tooltip(
        new common.VizTooltipOptionsBuilder()
          .mode(common.TooltipDisplayMode.Single)
          .sort(common.SortOrder.None),
      )
  )
}
