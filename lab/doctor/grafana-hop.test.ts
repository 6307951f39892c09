import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgeDatasource, judgeGrafana } from './grafana-hop.ts'

const refused: Answer = { url: 'http://g', error: 'ECONNREFUSED', ms: 1 }
const answer = (status: number, body: unknown): Answer => ({
  ...{ url: 'http://g', status, headers: {}, ms: 1 },
  body: JSON.stringify(body),
})

test('no Grafana is broken, unless the lab is to do without', () => {
  const none = { health: refused, query: refused }
  assert.equal(judgeGrafana(none, true).status, 'broken')
  assert.deepEqual(judgeGrafana(none, false), { status: 'ok', what: 'left out (LAB_GRAFANA=none)' })
  assert.equal(judgeDatasource(none, false), null)
})

test('a query that comes through is well, also where it finds no series', () => {
  const query = answer(200, { results: { A: { status: 200, frames: [] } } })
  assert.equal(judgeDatasource({ health: refused, query }, true)?.status, 'ok')
})

test('an error in the result, or of the whole question, is told as Grafana words it', () => {
  const inResult = answer(200, { results: { A: { status: 500, error: 'connection refused' } } })
  const verdict = judgeDatasource({ health: refused, query: inResult }, true)
  assert.equal(verdict?.what, 'a panel’s query does not come through: connection refused')
  const unknown = answer(404, { message: 'Data source not found' })
  const other = judgeDatasource({ health: refused, query: unknown }, true)
  assert.equal(other?.what, 'a panel’s query does not come through: Data source not found')
  assert.match(`${other?.advice}`, /^Grafana has no datasource prometheus: /)
})
