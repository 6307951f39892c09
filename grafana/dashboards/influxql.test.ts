import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboards } from './dashboards.ts'
import { pushed } from './influx-queries.ts'
import { lintInfluxQl } from './influxql.ts'
import type { DashboardJson } from './json.ts'
import { lint } from './lint.ts'

const complaints = (query: string) => [...lintInfluxQl('query A', query)]

test('the queries of the dashboard are in order', () => {
  const queries = [
    ...[pushed.count(), pushed.mean(), pushed.meanOver30s(), pushed.meanOfMeans()],
    ...[pushed.shortest(), pushed.longest(), pushed.highestP99(), pushed.meanOfP99s()],
    ...[pushed.countOver30s('route'), pushed.countOver30s('status')],
  ]
  assert.deepEqual(queries.flatMap(complaints), [])
})

const wrong: [query: string, complaint: string][] = [
  [
    'SELECT sum("value") FROM "count_request"',
    'query A has no $timeFilter: it is not about the time shown',
  ],
  [
    'SELECT sum("value") FROM "count_request" WHERE $timeFilter GROUP BY time(30s)',
    'query A groups by time without fill(…): gaps would be told as null',
  ],
  ['SELECT 1 WHERE $timeFilter', 'query A is about no measurement'],
  [
    'SELECT sum("value") FROM "requests" WHERE $timeFilter',
    'query A is about the measurement requests, which nothing pushes',
  ],
  [
    'SELECT sum("values") FROM "count_request" WHERE $timeFilter',
    'query A asks for values, which count_request does not have',
  ],
  [
    'SELECT mean("mean") FROM "response_time" WHERE $timeFilter AND "path" = \'/\'',
    'query A asks for path, which response_time does not have',
  ],
]
for (const [query, complaint] of wrong) {
  test(`${query}: ${complaint}`, () => assert.ok(complaints(query).includes(complaint)))
}

test('the lint of the dashboards reads InfluxQL where the datasource does', () => {
  const all = dashboards()
  const influx = all.find(({ uid }) => uid === 'influxdb') as DashboardJson
  const panel = influx.panels?.find(({ title }) => title === 'Requests')
  Object.assign(panel?.targets?.[0] ?? {}, { query: 'SELECT sum("value") FROM "requests"' })
  const options = {
    ...{ seriesNames: [], datasourceUids: ['influxdb'], scrapeIntervalSeconds: 5 },
    fixedWindow: { window: '1m', beside: '' },
  }
  const own = lint(all, options).filter((complaint) => complaint.startsWith('InfluxDB: Requests'))
  assert.deepEqual(own, [
    'InfluxDB: Requests: query A has no $timeFilter: it is not about the time shown',
    'InfluxDB: Requests: query A is about the measurement requests, which nothing pushes',
    'InfluxDB: Requests: query A asks for value, which requests does not have',
  ])
})
