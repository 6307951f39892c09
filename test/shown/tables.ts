import type { Selected, Table } from './expectation.ts'
import { latencyDistribution } from './latency-distribution.ts'
import { loadGenerator } from './load-generator.ts'
import { requests } from './requests.ts'
import { runtime } from './runtime.ts'
import { service, serviceSelections } from './service.ts'
import { slo } from './slo.ts'
import { truth } from './truth.ts'

/** What each dashboard must show of the run, by its uid. A new dashboard gets a table here. */
export const tables: Record<string, Table> = {
  'latency-distribution': latencyDistribution,
  requests,
  service,
  'load-generator': loadGenerator,
  slo,
  truth,
  runtime,
}

/** What is chosen on a dashboard, one after the other: one route of two, and all. */
const selections: Selected[] = [
  { variables: { job: ['httpserver'], route: ['/'] }, routes: ['/'] },
  { variables: { job: '.*', route: '.*' }, routes: ['/', '/images'] },
]

/** With what a query is asked, one after the other; one without variables of the dashboard is asked once. */
export function selectionsOf({ dashboard, expr }: { dashboard: string; expr: string }): Selected[] {
  if (dashboard === 'service') return serviceSelections
  return /\$(job|route)\b/.test(expr) ? selections : selections.slice(0, 1)
}
