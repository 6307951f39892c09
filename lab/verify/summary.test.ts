import assert from 'node:assert/strict'
import { test } from 'node:test'
import { soundEvidence } from './sound-evidence.ts'
import { insertMarkdown, renderMarkdown, renderSummary } from './summary.ts'

const good = { evidence: soundEvidence(), checks: [], words: [] }
const bad = {
  evidence: {
    ...soundEvidence(),
    behaviour: { name: 'pareto', parameters: {} },
    counts: [
      { layer: 'client', count: 1000 },
      { layer: 'truth', count: 998 },
      { layer: 'access log', count: null },
    ],
  },
  checks: [{ what: 'truth', found: '998', allowed: '1000', passed: false }],
  words: [],
}

test('the summary has the worst error of each layout, and who failed', () => {
  const rows = renderSummary([good, bad])
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/ {2,}/))
  assert.deepEqual(rows, [
    ['behaviour', 'counts', 'exponential', 'OpenTelemetry', 'linear', 'passed'],
    ['uniform', 'equal: 1000', 'p99 +25 %', 'p99 +25 %', 'p50 +0.1 %', 'yes'],
    ['pareto', 'NOT equal: 998–1000', 'p99 +25 %', 'p99 +25 %', 'p50 +0.1 %', 'NO'],
  ])
})

test('the Markdown table has a row for each behaviour and layout', () => {
  const lines = renderMarkdown([good]).split('\n')
  assert.equal(lines[0], '1000 requests to each behaviour, 100 a second, seed 1:')
  assert.deepEqual(lines.slice(2, 6), [
    '| behaviour | layout | p50 | p90 | p95 | p99 | mean |',
    '| --- | --- | ---: | ---: | ---: | ---: | ---: |',
    '| `uniform` | injected | 1.000 s | 1.800 s | 1.900 s | 1.980 s | 1.000 s |',
    '|  | exponential | +0.3 % | +22 % | +24 % | +25 % | +0.1 % |',
  ])
})

test('the table goes between the marks of a file that has them, and is all of one that has not', () => {
  const text = 'a\n<!-- verify -->\nold\n<!-- /verify -->\nb\n'
  const filled = 'a\n<!-- verify -->\nnew\n<!-- /verify -->\nb\n'
  assert.equal(insertMarkdown(text, 'new\n'), filled)
  assert.equal(insertMarkdown(filled, 'new\n'), filled)
  assert.equal(insertMarkdown('', 'new\n'), 'new\n')
})
