import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboards } from './dashboards.ts'
import { fileOf } from './files.ts'
import { type DashboardJson, type PanelJson, panelsOf } from './json.ts'

test('a dashboard is the same bytes each time', () => {
  assert.deepEqual(dashboards().map(fileOf), dashboards().map(fileOf))
})

test('the uids are those that links and the home page rely on', () => {
  assert.deepEqual(
    dashboards().map((dashboard) => dashboard.uid),
    [
      'latency-distribution',
      'requests',
      'service',
      'load-generator',
      'slo',
      'truth',
      'runtime',
      'influxdb',
      'discovery',
    ],
  )
})

test('the distribution is asked for once, at the end, as buckets that Grafana takes apart', () => {
  const panels = dashboards().flatMap(panelsOf)
  const target = panels.find((panel) => panel.title === 'Distribution')?.targets?.[0]
  assert.equal(target?.format, 'heatmap')
  assert.equal(target?.instant, true)
})

test('the bounds below the bars are text, which no unit or number of decimals rounds', () => {
  const built = JSON.parse(fileOf(dashboards()[0] as DashboardJson).content)
  const isDistribution = (panel: PanelJson) => panel.title === 'Distribution'
  const { defaults, overrides } = built.panels.find(isDistribution).fieldConfig
  assert.equal(defaults.unit, undefined)
  assert.equal(defaults.decimals, undefined)
  assert.deepEqual(overrides[0].matcher, { id: 'byName', options: 'Field' })
  assert.deepEqual(overrides[0].properties[0], { id: 'unit', value: 'string' })
})

test('the labels below the bars are not cut down to nothing', () => {
  const built = JSON.parse(fileOf(dashboards()[0] as DashboardJson).content)
  const isDistribution = (panel: PanelJson) => panel.title === 'Distribution'
  assert.ok(built.panels.find(isDistribution).options.xTickLabelMaxLength >= '+Inf'.length)
})
