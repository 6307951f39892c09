// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Grafana's variables look like that
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { panelQueries, substitute } from './panels.ts'

const anyVariables = {
  ...{ job: '.*', route: '.*', histogram: 'a', label: 'route', status: 'code', per_second: '1' },
}
const values = { rateInterval: '20s', rangeSeconds: 900, variables: anyVariables }

test('the committed dashboards have the queries that Grafana will ask', () => {
  const queries = panelQueries()
  assert.deepEqual(
    queries.find(({ dashboard }) => dashboard === 'latency-distribution'),
    {
      dashboard: 'latency-distribution',
      panel: 'Requests',
      refId: 'A',
      expr: 'sum(lab_request_duration_seconds_count{job=~"$job", http_route=~"$route"})',
      instant: true,
      format: 'time_series',
      legend: 'since the start',
    },
  )
  assert.ok(queries.some(({ dashboard }) => dashboard === 'requests'))
  assert.deepEqual(
    queries.filter(({ panel }) => panel === 'Answered within').map(({ refId }) => refId),
    ['A', 'B', 'C', 'D', 'E'],
  )
})

test('the queries of a panel in a folded row count', () => {
  const panel = { type: 'stat', title: 'inside', targets: [{ refId: 'A', expr: 'up' }] }
  const queries = panelQueries([{ uid: 'd', panels: [{ type: 'row', panels: [panel] }] }])
  assert.deepEqual(queries, [
    {
      dashboard: 'd',
      panel: 'inside',
      refId: 'A',
      expr: 'up',
      instant: false,
      format: 'time_series',
      legend: '',
    },
  ])
})

test('the variables of Grafana and of the dashboard get values, with braces or without', () => {
  assert.equal(
    substitute(
      'a{r=~"$route", s=~"${route}", t=~"${route:regex}"}[$__rate_interval] b[$__range] $__range_s c[$__interval]',
      values,
    ),
    'a{r=~".*", s=~".*", t=~".*"}[20s] b[900s] 900 c[5s]',
  )
})

test('several values become alternatives, each of them literal', () => {
  assert.equal(
    substitute('a{r=~"$route"}', { ...values, variables: { route: ['/', '/a.b'] } }),
    'a{r=~"(/|/a\\\\.b)"}',
  )
  assert.equal(substitute('$route', { ...values, variables: { route: ['/'] } }), '/')
})

test('a variable without a value is an error, not an empty panel', () => {
  assert.throws(() => substitute('a{r=~"$other"}', values), /no value for the variable other/)
})

test('no variable is left in any committed query', () => {
  for (const { expr } of panelQueries()) assert.doesNotMatch(substitute(expr, values), /\$/)
})
