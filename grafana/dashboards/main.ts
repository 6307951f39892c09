import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dashboards } from './dashboards.ts'
import { fileOf } from './files.ts'
import { influxDatasource } from './influx-metrics.ts'
import { lint } from './lint.ts'
import { recent, scrapeIntervalSeconds, seriesNames } from './metrics.ts'
import { datasource } from './postprocess.ts'

/**
 * Writes the dashboards as JSON to grafana/provisioning/dashboards, or with --check says which of the
 * files there are not what would be written. Exits 1 then, and for a dashboard that the lint finds fault
 * with; nothing is written in that case.
 */

const directory = join(import.meta.dirname, '../provisioning/dashboards')
const checkOnly = process.argv.includes('--check')

const all = dashboards()
const complaints = lint(all, {
  seriesNames: seriesNames(),
  datasourceUids: [datasource.uid, influxDatasource.uid],
  scrapeIntervalSeconds,
  fixedWindow: recent,
})
for (const complaint of complaints) console.error(complaint)
if (complaints.length > 0) process.exit(1)

mkdirSync(directory, { recursive: true })
for (const dashboard of all) {
  const { name, content } = fileOf(dashboard)
  const path = join(directory, name)
  if (!checkOnly) {
    writeFileSync(path, content)
  } else if (content !== readOrEmpty(path)) {
    console.error(`${name} is stale: npm run generate`)
    process.exitCode = 1
  }
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
