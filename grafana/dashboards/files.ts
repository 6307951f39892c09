import type { DashboardJson } from './json.ts'

/** The file of a dashboard: named for its uid, and the same bytes for the same dashboard. */
export function fileOf(dashboard: DashboardJson): { name: string; content: string } {
  return { name: `${dashboard.uid}.json`, content: `${JSON.stringify(dashboard, null, 2)}\n` }
}
