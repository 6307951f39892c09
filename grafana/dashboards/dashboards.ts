import { discoveryDashboard } from './discovery.ts'
import { influxDashboard } from './influx.ts'
import type { DashboardJson } from './json.ts'
import { latencyDistribution } from './latency.ts'
import { loadGeneratorDashboard } from './load-generator.ts'
import { postprocess } from './postprocess.ts'
import { requestsDashboard } from './requests.ts'
import { runtimeDashboard } from './runtime.ts'
import { serviceDashboard } from './service.ts'
import { sloDashboard } from './slo.ts'
import { truthDashboard } from './truth.ts'

/** Every dashboard of the lab, ready to be written: the home dashboard first. */
export function dashboards(): DashboardJson[] {
  return [
    latencyDistribution(),
    requestsDashboard(),
    serviceDashboard(),
    loadGeneratorDashboard(),
    sloDashboard(),
    truthDashboard(),
    runtimeDashboard(),
    influxDashboard(),
    discoveryDashboard(),
  ].map((builder) => postprocess(builder.build()))
}
