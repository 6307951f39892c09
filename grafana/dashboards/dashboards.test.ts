import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboards } from './dashboards.ts'
import { fileOf } from './files.ts'
import { panelsOf } from './json.ts'

test('a dashboard is the same bytes each time', () => {
  assert.deepEqual(dashboards().map(fileOf), dashboards().map(fileOf))
})

test('the uids are those that links and the home page rely on', () => {
  assert.deepEqual(
    dashboards().map((dashboard) => dashboard.uid),
    ['latency-distribution', 'requests'],
  )
})

test('the distribution is asked for once, at the end, as buckets that Grafana takes apart', () => {
  const panels = dashboards().flatMap(panelsOf)
  const target = panels.find((panel) => panel.title === 'Distribution')?.targets?.[0]
  assert.equal(target?.format, 'heatmap')
  assert.equal(target?.instant, true)
})
