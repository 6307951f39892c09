import type { Selected, Table } from './expectation.ts'
import { latencyDistribution } from './latency-distribution.ts'
import { loadGenerator } from './load-generator.ts'
import { requests } from './requests.ts'
import { runtime } from './runtime.ts'
import { slo } from './slo.ts'
import { truth } from './truth.ts'

/** What each dashboard must show of the run, by its uid. A new dashboard gets a table here. */
export const tables: Record<string, Table> = {
  'latency-distribution': latencyDistribution,
  requests,
  'load-generator': loadGenerator,
  slo,
  truth,
  runtime,
}

/** What is chosen on a dashboard, one after the other: one route of two, and all. */
export const selections: Selected[] = [
  { variables: { route: ['/'] }, routes: ['/'] },
  { variables: { route: '.*' }, routes: ['/', '/images'] },
]
