import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, judgeConfig } from './config-hop.ts'

const sources = {
  'prometheus/prometheus.yml': 'global:\n  scrape_interval: 5 s\n  scrape_timeout: 4s\n',
  'prometheus/rules/x.yaml': 'groups:\n',
}

// Word for word what promtool 2.42 wrote.
test('a rule’s line is the one that promtool names, and each complaint comes once', () => {
  const err = [
    '  FAILED:',
    '     rules/x.yaml: 12:15: group "x", rule 2, "a:b": could not parse expression: 1:24: parse error: unexpected ","',
    '     rules/x.yaml: 12:15: group "x", rule 2, "a:b": could not parse expression: 1:24: parse error: unexpected ","',
  ].join('\n')
  const why =
    'group "x", rule 2, "a:b": could not parse expression: 1:24: parse error: unexpected ","'
  assert.deepEqual(faultsOf(err, sources), [{ file: 'prometheus/rules/x.yaml', line: 12, why }])
})

test('a line of YAML is named, where the file is given with its folder too', () => {
  const err =
    '  FAILED: parsing YAML file /lab/prometheus/prometheus.yml: yaml: line 6: mapping values are not allowed in this context'
  assert.deepEqual(faultsOf(err, sources), [
    {
      ...{ file: 'prometheus/prometheus.yml', line: 6 },
      why: 'mapping values are not allowed in this context',
    },
  ])
})

test('an unknown field has its line on a second row', () => {
  const err =
    '  FAILED:\n     rules/x.yaml: yaml: unmarshal errors:\n  line 3: field rulez not found in type rulefmt.RuleGroup\n'
  assert.deepEqual(faultsOf(err, sources), [
    {
      ...{ file: 'prometheus/rules/x.yaml', line: 3 },
      why: 'field rulez not found in type rulefmt.RuleGroup',
    },
  ])
})

test('where no line is named, it is that of the text that is quoted, if there is one such line', () => {
  const fault = (quoted: string) =>
    faultsOf(
      `FAILED: parsing YAML file prometheus.yml: not a valid duration string: "${quoted}"`,
      sources,
    )[0]
  assert.equal(fault('5 s')?.line, 2)
  assert.equal(fault('s')?.line, null)
})

test('a complaint that can’t be read is shown as it is', () => {
  const verdict = judgeConfig({ exitCode: 1, out: '', err: 'promtool: panic' }, sources)
  assert.deepEqual([verdict.status, verdict.evidence], ['broken', ['promtool: panic']])
})

test('no promtool, or one that hangs, is no fault of the files', () => {
  for (const answer of [null, { exitCode: 124, out: '', err: '' }]) {
    assert.equal(judgeConfig(answer, sources).status, 'unknown')
  }
})
