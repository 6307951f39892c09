import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard'
import { type DashboardJson, panelsOf } from './json.ts'

/** The datasource of everything; its uid is that of provisioning/datasources/prometheus.yaml. */
export const datasource = { type: 'prometheus', uid: 'prometheus' }

/**
 * The Grafana whose panels the SDK describes. A panel that doesn't say is taken for a very old one, and
 * goes through every migration since: https://github.com/grafana/grafonnet/pull/106
 */
const schemaVersion = '12.3.3'

/**
 * Adds what the SDK leaves out and Grafana needs: ids (1, 2, 3 … from the top), refIds (A, B, C …), the
 * version of panels, the datasource of panels, queries, variables and annotations, and empty lists where
 * it has none. What is set already stays as it is. Ids are set anew in any case: the SDK gives every row
 * the id 0.
 */
export function postprocess(built: Dashboard): DashboardJson {
  // Through JSON, because builders hand out their own objects, with functions among the data.
  const dashboard: DashboardJson = JSON.parse(JSON.stringify(built))
  for (const [index, panel] of panelsOf(dashboard).entries()) {
    panel.id = index + 1
    if (panel.type === 'row') continue
    panel.pluginVersion ??= schemaVersion
    if (panel.targets) panel.datasource ??= datasource
    for (const [n, target] of (panel.targets ?? []).entries()) {
      target.refId ??= String.fromCharCode('A'.charCodeAt(0) + n)
      target.datasource ??= datasource
    }
  }
  const variables = dashboard.templating?.list ?? []
  for (const variable of variables) {
    if (variable.type === 'query') variable.datasource ??= datasource
  }
  const annotations = dashboard.annotations?.list ?? []
  for (const annotation of annotations) annotation.datasource ??= datasource
  dashboard.templating = { list: variables }
  dashboard.annotations = { list: annotations }
  // The SDK's default puts links into a menu, where nobody looks.
  for (const link of dashboard.links ?? []) delete link.placement
  return dashboard
}
