import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardLinkBuilder,
  QueryVariableBuilder,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { PanelBuilder as TextBuilder } from '@grafana/grafana-foundation-sdk/text'
import { linesOverTime, query } from './house.ts'
import { panelsOf } from './json.ts'
import { datasource, postprocess } from './postprocess.ts'

const lines = (title: string) =>
  linesOverTime(title, 'Lines.').withTarget(query('up', 'a')).withTarget(query('up', 'b'))

test('ids count panels and rows from 1, those inside a folded row too', () => {
  const dashboard = postprocess(
    new DashboardBuilder('d')
      .withPanel(lines('one'))
      .withRow(new RowBuilder('two'))
      .withPanel(lines('three'))
      .withRow(new RowBuilder('four').withPanel(lines('five')).withPanel(lines('six')))
      .build(),
  )
  assert.deepEqual(
    panelsOf(dashboard).map(({ id, title }) => [id, title]),
    [
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
      [4, 'four'],
      [5, 'five'],
      [6, 'six'],
    ],
  )
})

test('queries get the refIds A, B … and keep one that they have', () => {
  const panel = lines('one').withTarget(query('up', 'c').refId('Z'))
  const dashboard = postprocess(new DashboardBuilder('d').withPanel(panel).build())
  assert.deepEqual(
    dashboard.panels?.[0]?.targets?.map((t) => t.refId),
    ['A', 'B', 'Z'],
  )
})

test('a panel says for which Grafana it was made, a row does not', () => {
  const { panels } = postprocess(
    new DashboardBuilder('d').withPanel(lines('one')).withRow(new RowBuilder('two')).build(),
  )
  assert.match(panels?.[0]?.pluginVersion ?? '', /^\d+\.\d+\.\d+$/)
  assert.equal(panels?.[1]?.pluginVersion, undefined)
})

test('everything that asks for data gets the datasource; a text panel does not', () => {
  const { panels, templating, annotations } = postprocess(
    new DashboardBuilder('d')
      .withVariable(new QueryVariableBuilder('v').query('label_values(up, job)'))
      .annotation(new AnnotationQueryBuilder().name('a').expr('up'))
      .withPanel(lines('one'))
      .withPanel(new TextBuilder().title('text'))
      .build(),
  )
  assert.deepEqual(panels?.[0]?.datasource, datasource)
  assert.deepEqual(panels?.[0]?.targets?.[1]?.datasource, datasource)
  assert.equal(panels?.[1]?.datasource, undefined)
  assert.deepEqual(templating?.list?.[0]?.datasource, datasource)
  assert.deepEqual(annotations?.list?.[0]?.datasource, datasource)
})

test('a dashboard without variables and annotations has empty lists of them', () => {
  const { templating, annotations } = postprocess(new DashboardBuilder('d').build())
  assert.deepEqual(templating, { list: [] })
  assert.deepEqual(annotations, { list: [] })
})

test('links are on the dashboard, not in its menu', () => {
  const built = new DashboardBuilder('d').link(new DashboardLinkBuilder('l')).build()
  assert.ok(built.links?.[0]?.placement)
  assert.equal(postprocess(built).links?.[0]?.placement, undefined)
})
