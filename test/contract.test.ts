import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { createMetrics as createDiscoveryMetrics } from '../discovery/metrics.ts'
import { dashboards } from '../grafana/dashboards/dashboards.ts'
import { fileOf } from '../grafana/dashboards/files.ts'
import * as shownByInflux from '../grafana/dashboards/influx-metrics.ts'
import { panelsOf } from '../grafana/dashboards/json.ts'
import { limits } from '../grafana/dashboards/latency.ts'
import { recent, scrapeIntervalSeconds, seriesNames } from '../grafana/dashboards/metrics.ts'
import { datasource } from '../grafana/dashboards/postprocess.ts'
import { readQuery } from '../grafana/dashboards/promql.ts'
import { otherHistograms } from '../grafana/dashboards/service-variables.ts'
import { otherHistograms as namedByUp } from '../lab/first-scrape.ts'
import { folderOf } from '../lab/native/folder.ts'
import { processesOf } from '../lab/native/processes.ts'
import { readSettings } from '../lab/native/settings.ts'
import { layouts } from '../lab/verify/gained.ts'
import { createMetrics as createLoadgenMetrics } from '../loadgen/metrics.ts'
import { bucketLayouts, delayBounds } from '../server/buckets.ts'
import { layouts as consoleLayouts, queryOf } from '../server/console/view.ts'
import { measurements, tags } from '../server/influx/measurements.ts'
import { registerInfluxMetrics } from '../server/influx/metrics.ts'
import { createMetrics as createServerMetrics } from '../server/metrics.ts'
import {
  committedDashboards,
  dashboardDirectory,
  influxPanelQueries,
  panelQueries,
} from './panels.ts'

// The parts of the lab don't import one another: they meet at names and numbers, and here is where
// these are held together.

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const registries = [
  createServerMetrics().registry,
  createLoadgenMetrics().registry,
  createDiscoveryMetrics().registry,
]
// Where it pushes to InfluxDB.
registerInfluxMetrics(registries[0] as (typeof registries)[0], () => 0)

type Exposed = { name: string; type: string; labels: string[]; series: string[] }

/** What the server and the load generator expose, as their own registries say. */
async function exposed(): Promise<Exposed[]> {
  const all = []
  for (const registry of registries) {
    for (const { name, type } of await registry.getMetricsAsJSON()) {
      // The client library keeps the names of labels, and leaves them out of its types.
      const metric = registry.getSingleMetric(name) as { labelNames?: string[] } | undefined
      const suffixes = { histogram: ['_bucket', '_sum', '_count'], summary: ['', '_sum', '_count'] }
      const series = (suffixes[`${type}` as 'histogram'] ?? ['']).map((suffix) => name + suffix)
      all.push({ name, type: `${type}`, labels: [...(metric?.labelNames ?? [])].sort(), series })
    }
  }
  return all
}

const exposedSeries = async () => (await exposed()).flatMap((metric) => metric.series)

// What etcd has is held against a real one in test/shown-discovery.test.ts.
const byPrometheus = (name: string) => /^(up$|ALERTS$|scrape_|prometheus_|etcd_|grpc_)/.test(name)

type Rule = { record?: string; expr: string }

const rules: Rule[] = readdirSync(join(root, 'prometheus/rules')).flatMap((file) =>
  parse(read(`prometheus/rules/${file}`)).groups.flatMap((group: { rules: Rule[] }) => group.rules),
)
const recorded = rules.flatMap((rule) => rule.record ?? [])

/** The tables of a Markdown file whose head begins with `first`, as rows of cells. */
const rowsOf = (path: string, first: string) =>
  read(path)
    .split('\n\n')
    .filter((block) => block.startsWith(`| ${first} |`))
    .flatMap((table) => table.trim().split('\n').slice(2))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )

const quoted = (cell = '') => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')

const annotations = () =>
  Object.values(committedDashboards()).flatMap((dashboard) => dashboard.annotations?.list ?? [])

test('every series that a panel or an annotation asks for is exposed, recorded, or Prometheus’ own', async () => {
  const known = new Set([...(await exposedSeries()), ...recorded])
  const asked = [
    ...panelQueries().flatMap(({ expr }) => readQuery(expr).metrics),
    ...annotations().flatMap(({ expr = '' }) => readQuery(expr).metrics),
  ]
  assert.ok(asked.length > 0)
  assert.deepEqual(
    asked.filter((name) => !known.has(name) && !byPrometheus(name)),
    [],
  )
})

test('every series that the dashboards’ lint lets pass is exposed, recorded, or Prometheus’ own', async () => {
  const known = new Set([...(await exposedSeries()), ...recorded])
  assert.deepEqual(
    seriesNames().filter((name) => !known.has(name) && !byPrometheus(name)),
    [],
  )
})

test('every histogram that verify compares is exposed, with the labels that it asks for', async () => {
  const known = await exposed()
  for (const { metric, labels } of layouts) {
    const found = known.find(({ name }) => name === metric)
    assert.equal(found?.type, 'histogram', metric)
    const asked = [...labels.matchAll(/(\w+)=/g)].map((match) => match[1] ?? '')
    const unknown = asked.filter((label) => label !== 'job' && !found?.labels.includes(label))
    assert.deepEqual(unknown, [], metric)
  }
})

test('every query that the console links to reads a histogram that has the layout it stands for', async () => {
  const known = await exposed()
  for (const { series, bounds } of Object.values(consoleLayouts)) {
    const [name] = readQuery(queryOf(series)).metrics
    const found = known.find((metric) => metric.series.includes(`${name}`))
    assert.equal(found?.type, 'histogram', series)
    const asked = [...series.matchAll(/(\w+)!?=/g)].map((match) => match[1] ?? '')
    assert.deepEqual(
      asked.filter((label) => !found?.labels.includes(label)),
      [],
    )
    const metric = registries[0]?.getSingleMetric(found?.name ?? '') as { upperBounds?: number[] }
    assert.deepEqual(metric.upperBounds, bounds, series)
  }
})

test('every series that a rule reads is exposed, recorded, or Prometheus’ own', async () => {
  const known = new Set([...(await exposedSeries()), ...recorded])
  const asked = rules.flatMap(({ expr }) => readQuery(expr).metrics)
  assert.ok(asked.length > 0)
  assert.deepEqual(
    asked.filter((name) => !known.has(name) && !byPrometheus(name)),
    [],
  )
})

test('no rule compares le with a whole number', () => {
  const bounds = rules.flatMap(({ expr }) => readQuery(expr).bounds)
  assert.deepEqual(
    bounds.filter((bound) => /^\d+([.]0+)?$/.test(bound)),
    [],
  )
})

test('the documentation names each metric, with its type and labels, and no other', async () => {
  const documented = rowsOf('docs/metrics.md', 'metric').flatMap(([names, type, labels]) =>
    quoted(names).map((name) => ({ name, type, labels: quoted(labels).sort() })),
  )
  const defaults = ['process_*', 'nodejs_*']
  const isDefault = (name: string) => /^(process|nodejs)_/.test(name)
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1)
  assert.deepEqual(
    documented.filter(({ name }) => !defaults.includes(name)).sort(byName),
    (await exposed())
      .filter(({ name }) => !isDefault(name))
      .map(({ name, type, labels }) => ({ name, type, labels }))
      .sort(byName),
  )
  assert.deepEqual(
    documented.map(({ name }) => name).filter((name) => name.endsWith('*')),
    defaults,
  )
})

test('the dashboard and the documentation know the measurements that are pushed, with their fields and tags', () => {
  assert.deepEqual(shownByInflux.measurements, measurements)
  assert.deepEqual(shownByInflux.tags, tags)
  const documented = rowsOf('docs/metrics.md', 'measurement').map(([name, fields, tags]) => [
    quoted(name)[0],
    quoted(fields),
    quoted(tags),
  ])
  assert.deepEqual(
    documented,
    Object.entries(measurements).map(([name, fields]) => [name, fields, tags]),
  )
})

test('the documentation names each recorded series, and no other', () => {
  const documented = rowsOf('docs/metrics.md', 'series').flatMap(([names]) => quoted(names))
  assert.deepEqual(documented.sort(), [...new Set(recorded)].sort())
})

test('the committed dashboards are what the sources generate', () => {
  const files = readdirSync(dashboardDirectory).filter((name) => name.endsWith('.json'))
  const generated = dashboards().map(fileOf)
  assert.deepEqual(files.sort(), generated.map(({ name }) => name).sort())
  for (const { name, content } of generated) {
    assert.ok(content === read(`grafana/provisioning/dashboards/${name}`), `${name} is stale`)
  }
})

test('Grafana, its dashboards and Prometheus agree on the scrape interval', () => {
  const { global } = parse(read('prometheus/prometheus.yml'))
  const [source] = parse(read('grafana/provisioning/datasources/prometheus.yaml')).datasources
  assert.equal(global.scrape_interval, `${scrapeIntervalSeconds}s`)
  assert.equal(global.evaluation_interval, global.scrape_interval)
  assert.equal(source.jsonData.timeInterval, global.scrape_interval)
  assert.ok(Number.parseFloat(global.scrape_timeout) < scrapeIntervalSeconds)
})

test('every dashboard asks the datasource that is provisioned', () => {
  const provisioned = ['prometheus', 'influxdb'].flatMap((name) => {
    const { datasources } = parse(read(`grafana/provisioning/datasources/${name}.yaml`))
    return datasources.map(({ uid, type }: { uid: string; type: string }) => ({ type, uid }))
  })
  assert.deepEqual(provisioned, [datasource, shownByInflux.influxDatasource])
  const sources = Object.values(committedDashboards()).flatMap((dashboard) => [
    ...panelsOf(dashboard).flatMap((panel) => [
      ...(panel.targets ? [panel.datasource] : []),
      ...(panel.targets ?? []).map((target) => target.datasource),
    ]),
    ...(dashboard.templating?.list ?? []).map((variable) => variable.datasource),
    ...(dashboard.annotations?.list ?? []).map((annotation) => annotation.datasource),
  ])
  assert.ok(sources.length > 0)
  const influx =
    influxPanelQueries().length + new Set(influxPanelQueries().map((each) => each.panel)).size
  const isInflux = (source: (typeof sources)[0]) => source?.type === 'influxdb'
  assert.equal(sources.filter(isInflux).length, influx)
  for (const source of sources) {
    assert.deepEqual(source, isInflux(source) ? shownByInflux.influxDatasource : datasource)
  }
})

test('every job that a panel asks for is scraped', () => {
  const { scrape_configs } = parse(read('prometheus/prometheus.yml'))
  const jobs = scrape_configs.map((config: { job_name: string }) => config.job_name)
  const asked = panelQueries().flatMap(({ expr }) =>
    [...expr.matchAll(/\bjob="([^"$]*)"/g)].map((match) => match[1]),
  )
  assert.ok(asked.length > 0)
  assert.deepEqual(
    asked.filter((job) => !jobs.includes(job)),
    [],
  )
})

test('the histograms that make up names are those that the dashboard lets one choose', () => {
  assert.equal(namedByUp, otherHistograms)
})

test('every environment variable that Grafana expands in a provisioning file is set, with and without Docker', () => {
  const files = [
    'datasources/prometheus.yaml',
    'datasources/influxdb.yaml',
    'dashboards/latency-lab.yaml',
  ]
  const asked = files.flatMap((path) => {
    const content = JSON.stringify(parse(read(`grafana/provisioning/${path}`)))
    const variables = content.replaceAll('$$', '').matchAll(/\$(\w*)/g)
    return [...variables].map(([, name = '']) => name)
  })
  const { environment } = parse(read('compose.yaml')).services.grafana
  const grafana = { program: '/grafana', home: '/' }
  const settings = readSettings({}, root)
  assert.ok(!('mistakes' in settings))
  const processes = processesOf(root, folderOf('/'), settings, {
    node: '',
    prometheus: '',
    grafana,
  })
  const { env = {} } = processes.find(({ name }) => name === 'grafana') ?? {}
  const influx = ['DATABASE', 'PASSWORD', 'URL', 'USER'].map((name) => `LAB_INFLUX_${name}`)
  assert.deepEqual(asked.sort(), ['LAB_DASHBOARDS', ...influx, 'LAB_PROMETHEUS_URL'])
  for (const name of asked) assert.ok(name in environment && name in env, name)
})

test('the limits on the dashboard are bounds of the layout that they are read from', () => {
  assert.deepEqual(
    limits.filter((limit) => !bucketLayouts.linear.includes(limit)),
    [],
  )
})

test('the true distribution is told at every bound of the linear layout', () => {
  const coarse = bucketLayouts.linear.filter((bound) => !delayBounds.includes(bound))
  assert.deepEqual(coarse, [])
})

test('the window beside the truth of the last minute is the one that it is cut for', async () => {
  const asked = panelQueries().filter(({ expr }) => readQuery(expr).windows.includes(recent.window))
  assert.ok(asked.length > 0)
  assert.deepEqual([...new Set(asked.map(({ dashboard }) => dashboard))], ['truth'])
  const { help } = (await registries[0]?.getMetricsAsJSON())?.find(
    ({ name }) => name === recent.beside,
  ) ?? { help: '' }
  assert.ok(help.includes(`[${recent.window}]`), help)
})

test('server and load generator measure latency with the same bounds', async () => {
  for (const name of ['loadgen_response_time_seconds', 'loadgen_service_time_seconds']) {
    const metric = (await registries[1]?.getMetricsAsJSON())?.find((m) => m.name === name)
    const values: { labels: object; metricName?: string }[] = metric?.values ?? []
    const bounds = values
      .filter(({ metricName }) => metricName?.endsWith('_bucket'))
      .map(({ labels }) => Number(Object.values(labels)[0]))
      .filter(Number.isFinite)
    assert.deepEqual(bounds, bucketLayouts.linear, name)
  }
})
