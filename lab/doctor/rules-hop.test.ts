import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgeRules } from './rules-hop.ts'

const answer = (data: unknown): Answer => ({
  ...{ url: 'http://p', status: 200, headers: {}, ms: 1 },
  body: JSON.stringify({ status: 'success', data }),
})

const well = answer({ reloadConfigSuccess: true })

const judge = (...rules: { name: string; health: string; lastError?: string }[]) =>
  judgeRules(answer({ groups: [{ name: 'g', file: 'rules/x.yaml', interval: 5, rules }] }), well)

test('rules that are evaluated are well, and one that fails is named with its file and its error', () => {
  assert.equal(judge({ name: 'a', health: 'ok' }).what, '1 are evaluated')
  const failed = { name: 'b', health: 'err', lastError: 'many-to-many matching not allowed' }
  const { what, evidence } = judge({ name: 'a', health: 'unknown' }, failed)
  assert.equal(what, 'rules fail: b')
  assert.deepEqual(evidence, ['rules/x.yaml, g: b: many-to-many matching not allowed'])
})

test('rules that were not evaluated yet are waiting, for one interval at most', () => {
  const { status, seconds } = judge({ name: 'a', health: 'ok' }, { name: 'b', health: 'unknown' })
  assert.deepEqual([status, seconds], ['waiting', 5])
})

test('no rules at all, or an older configuration in force, is broken', () => {
  assert.equal(judge().what, 'Prometheus has no rules')
  const older = answer({ reloadConfigSuccess: false, lastConfigTime: '2026-01-02T03:04:05Z' })
  const { what, evidence } = judgeRules(answer({ groups: [] }), older)
  assert.match(what, /^Prometheus runs by an older configuration/)
  assert.deepEqual(evidence, [
    'reloadConfigSuccess: false, the last good one is of 2026-01-02T03:04:05Z',
  ])
})
