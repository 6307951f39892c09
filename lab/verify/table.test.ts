import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soundEvidence } from './sound-evidence.ts'
import { renderTable, renderTitle } from './table.ts'

test('the table has every layer, each estimate’s bucket and error, and the counts', () => {
  const lines = renderTable(soundEvidence()).split('\n')
  const cells = (start: string) =>
    lines
      .find((line) => line.trim().startsWith(start))
      ?.trim()
      .split(/ {2,}/)
  assert.deepEqual(cells('p50'), ['p50', 'p90', 'p95', 'p99', 'mean'])
  assert.deepEqual(cells('analytic'), [
    ...['analytic', '1.010 s', '1.800 s', '1.900 s', '1.980 s', '1.000 s'],
  ])
  assert.equal(cells('injected')?.[1], '1.000 s')
  assert.equal(cells('handler')?.[1], '1.001 s')
  assert.equal(cells('client, service time')?.[1], '1.002 s')
  assert.equal(cells('client, response time')?.[1], '1.003 s')
  const at = lines.findIndex((line) => line.includes('OpenTelemetry buckets'))
  assert.deepEqual(
    lines.slice(at, at + 3).map((line) => line.trim().split(/ {2,}/)),
    [
      ['OpenTelemetry buckets', '1.003 s', '2.200 s', '2.350 s', '2.470 s', '1.001 s'],
      ['bucket', '1–2.5 s', '1–2.5 s', '1–2.5 s', '1–2.5 s'],
      ['error', '+0.3 %', '+22 %', '+24 %', '+25 %', '+0.1 %'],
    ],
  )
  assert.deepEqual(cells('access log'), ['access log: lines written', '1000'])
})

test('the table fits 100 columns, and what is lacking is a dash', () => {
  const evidence = { ...soundEvidence(), analytic: null }
  const table = renderTable(evidence)
  for (const line of table.split('\n')) assert.ok(line.length <= 100, line)
  assert.match(table, /^ {2}analytic( +—){5}$/m)
})

test('the title says what was verified', () => {
  assert.equal(
    renderTitle(soundEvidence()),
    'uniform (min 0, max 2): 1000 requests, 100 a second, seed 1',
  )
})
