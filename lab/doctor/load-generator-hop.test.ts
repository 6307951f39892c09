import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgeLoadGenerator } from './load-generator-hop.ts'

const answer = (value?: string): Answer => ({
  ...{ url: 'http://p', status: 200, headers: {}, ms: 1 },
  body: JSON.stringify({
    status: 'success',
    data: { resultType: 'vector', result: value ? [{ metric: {}, value: [0, value] }] : [] },
  }),
})

const judge = (lateness?: string, neverSent?: string) =>
  judgeLoadGenerator(answer(lateness), answer(neverSent))

test('10 ms is the generator’s own limit', () => {
  assert.deepEqual(judge('0.01', '0'), {
    ...{ status: 'ok', what: 'on time: 99 % of its requests within 10 ms' },
  })
  const { status, evidence } = judge('0.0123', '0')
  assert.equal(status, 'broken')
  assert.deepEqual(evidence, [
    'loadgen_lateness_seconds, p99 of the last minute: 12.3 ms (allowed: 10 ms)',
  ])
})

test('requests that were never sent count, however punctual the others were', () => {
  const { status, evidence } = judge('0.001', '7')
  assert.equal(status, 'broken')
  assert.equal(evidence?.[1], 'due in the last minute and never sent: 7')
})

test('no load is no fault', () => {
  for (const nothing of [judge(), judge('NaN', '0')])
    assert.deepEqual(nothing, { status: 'ok', what: 'no load in the last minute' })
})
