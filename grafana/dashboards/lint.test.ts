import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboards } from './dashboards.ts'
import { influxDatasource } from './influx-metrics.ts'
import { type DashboardJson, type PanelJson, panelsOf, type TargetJson } from './json.ts'
import { lint } from './lint.ts'
import { recent, scrapeIntervalSeconds, seriesNames } from './metrics.ts'
import { datasource } from './postprocess.ts'

const options = {
  seriesNames: seriesNames(),
  datasourceUids: [datasource.uid, influxDatasource.uid],
  scrapeIntervalSeconds,
  fixedWindow: recent,
}

/** The lab's dashboards, and the parts that the tests below spoil: a panel with a query, and the next. */
function real() {
  const all = dashboards()
  const [dashboard] = all as [DashboardJson]
  const asking = dashboard.panels?.filter((panel) => panel.targets) ?? []
  const [panel, next] = asking as [PanelJson, PanelJson]
  const [target] = panel.targets as [TargetJson]
  return { all, dashboard, panel, next, target }
}

test('there is nothing wrong with the dashboards of the lab', () => {
  assert.deepEqual(lint(dashboards(), options), [])
})

type Real = ReturnType<typeof real>
type Rule = { spoil: (parts: Real) => unknown; says: string }

const place = { x: 0, y: 100, w: 12, h: 8 }
const rules: Record<string, Rule> = {
  'two dashboards of one uid': {
    spoil: ({ all }) => Object.assign(all[1] as DashboardJson, { uid: all[0]?.uid }),
    says: 'two dashboards have the uid latency-distribution',
  },
  'two dashboards of one title': {
    spoil: ({ all }) => Object.assign(all[1] as DashboardJson, { title: all[0]?.title }),
    says: 'two dashboards have the title Latency distribution',
  },
  'a dashboard without uid': {
    spoil: ({ dashboard }) => delete dashboard.uid,
    says: 'Latency distribution: the dashboard has no uid',
  },
  'a dashboard without description': {
    spoil: ({ dashboard }) => delete dashboard.description,
    says: 'Latency distribution: the dashboard has no description',
  },
  'a refresh faster than the scrapes': {
    spoil: ({ dashboard }) => Object.assign(dashboard, { refresh: '1s' }),
    says: 'Latency distribution: it refreshes each 1s, faster than anything is scraped',
  },
  'two panels of one id': {
    spoil: ({ panel, next }) => Object.assign(next, { id: panel.id }),
    says: 'Latency distribution: two panels have the id 2',
  },
  'the id 0': {
    spoil: ({ panel }) => Object.assign(panel, { id: 0 }),
    says: 'Latency distribution: Requests: its id is 0',
  },
  'two panels of one title': {
    spoil: ({ panel, next }) => Object.assign(next, { title: panel.title }),
    says: 'Latency distribution: two panels have the title Requests',
  },
  'a panel without title': {
    spoil: ({ panel }) => delete panel.title,
    says: 'Latency distribution: panel 2 has no title',
  },
  'a panel without description': {
    spoil: ({ panel }) => delete panel.description,
    says: 'Latency distribution: Requests: it has no description',
  },
  'a panel in a folded row without description': {
    spoil: ({ dashboard, panel }) =>
      dashboard.panels?.push({
        type: 'row',
        id: 100,
        title: 'Row',
        gridPos: { ...place, y: 200 },
        panels: [{ ...panel, id: 101, title: 'Folded', description: '' }],
      }),
    says: 'Latency distribution: Folded: it has no description',
  },
  'panels that overlap by one cell': {
    spoil: ({ panel, next }) => {
      panel.gridPos = place
      next.gridPos = { ...place, x: 11, y: 107 }
    },
    says: 'Latency distribution: Requests overlaps Request rate',
  },
  'a panel that ends beyond the grid': {
    spoil: ({ panel }) => Object.assign(panel, { gridPos: { ...place, x: 13 } }),
    says: 'Latency distribution: Requests: it ends beyond column 24',
  },
  'a panel without a place': {
    spoil: ({ panel }) => delete panel.gridPos,
    says: 'Latency distribution: Requests: it has no place',
  },
  'a query that does not parse': {
    spoil: ({ target }) => Object.assign(target, { expr: 'sum(up' }),
    says: 'Latency distribution: Requests: query A is no PromQL at its end',
  },
  'a fixed window': {
    spoil: ({ target }) => Object.assign(target, { expr: 'rate(up[1m])' }),
    says: 'Latency distribution: Requests: query A has the window [1m], not $__rate_interval or $__range',
  },
  'a metric that nothing exposes': {
    spoil: ({ target }) => Object.assign(target, { expr: 'lab_request_seconds_count' }),
    says: 'Latency distribution: Requests: query A is about lab_request_seconds_count, which nothing exposes',
  },
  'a bound that is a whole number': {
    spoil: ({ target }) =>
      Object.assign(target, { expr: 'lab_request_duration_seconds_bucket{le="1"}' }),
    says: 'Latency distribution: Requests: query A has le="1": Prometheus 3 writes 1.0, Prometheus 2 writes 1',
  },
  'a bound that is a whole number to Prometheus 3, among others': {
    spoil: ({ target }) =>
      Object.assign(target, { expr: 'lab_request_duration_seconds_bucket{le=~"0[.]5|2.0"}' }),
    says: 'Latency distribution: Requests: query A has le="2.0": Prometheus 3 writes 1.0, Prometheus 2 writes 1',
  },
  'a panel with another datasource': {
    spoil: ({ panel }) => Object.assign(panel, { datasource: { uid: 'mine' } }),
    says: 'Latency distribution: panel Requests has the datasource mine, not provisioned',
  },
  'a query without datasource': {
    spoil: ({ target }) => delete target.datasource,
    says: 'Latency distribution: Requests: query A has no datasource',
  },
  'a variable with another datasource': {
    spoil: ({ dashboard }) =>
      Object.assign(dashboard.templating?.list?.[0] ?? {}, { datasource: { uid: 'mine' } }),
    says: 'Latency distribution: variable job has the datasource mine, not provisioned',
  },
  'an annotation without datasource': {
    spoil: ({ dashboard }) => dashboard.annotations?.list?.push({ name: 'restarts' }),
    says: 'Latency distribution: annotation restarts has no datasource',
  },
  'an annotation without step': {
    spoil: ({ dashboard }) => delete dashboard.annotations?.list?.[0]?.step,
    says: 'Latency distribution: annotation Behaviour changes has no step: Grafana would look once a minute',
  },
  'an annotation that does not parse': {
    spoil: ({ dashboard }) =>
      Object.assign(dashboard.annotations?.list?.[1] ?? {}, { expr: 'up unless' }),
    says: 'Latency distribution: annotation Server starts is no PromQL at its end',
  },
  'an annotation about what nothing exposes': {
    spoil: ({ dashboard }) =>
      Object.assign(dashboard.annotations?.list?.[0] ?? {}, { expr: 'lab_behavior_info' }),
    says: 'Latency distribution: annotation Behaviour changes is about lab_behavior_info, which nothing exposes',
  },
  'an annotation with a window that is not its step': {
    spoil: ({ dashboard }) =>
      Object.assign(dashboard.annotations?.list?.[2] ?? {}, { expr: 'max_over_time(up[5s])' }),
    says: 'Latency distribution: annotation Firing alerts has the window [5s], not $__interval',
  },
  'the window of the recent truth, without that truth beside it': {
    spoil: ({ all }) => {
      const panel = panelsOf(all.find(({ uid }) => uid === 'truth') as DashboardJson).find(
        ({ title }) => title === 'p50 of the last minute',
      )
      panel?.targets?.shift()
    },
    says: 'Truth: p50 of the last minute: query B has the window [1m], not $__rate_interval or $__range',
  },
  'a query without refId': {
    spoil: ({ target }) => delete target.refId,
    says: 'Latency distribution: Requests: a query has no refId',
  },
  'two queries of one refId': {
    spoil: ({ panel, target }) => panel.targets?.push({ ...target }),
    says: 'Latency distribution: Requests: two queries have the refId A',
  },
}

for (const [mistake, { spoil, says }] of Object.entries(rules)) {
  test(`the lint names ${mistake}`, () => {
    const parts = real()
    spoil(parts)
    const messages = lint(parts.all, options)
    assert.ok(messages.includes(says), `${says}\nis not among\n${messages.join('\n')}`)
  })
}

test('panels that touch do not overlap', () => {
  const { all, panel, next } = real()
  panel.gridPos = place
  next.gridPos = { ...place, x: 12 }
  assert.deepEqual(lint(all, options), [])
})
