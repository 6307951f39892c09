import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgePanel } from './panel-hop.ts'

const answer = (body: string): Answer => ({
  ...{ url: 'http://x', status: 200, headers: {}, ms: 1 },
  body,
})

const p95 = (value?: string) => {
  const result = value ? [{ metric: {}, value: [0, value] }] : []
  return answer(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }))
}

const server = (...counts: number[]) =>
  answer(
    counts
      .map((n, i) => `lab_request_duration_seconds_count{http_route="/${i}"} ${n}\n`)
      .join('') || 'other_total 1\n',
  )

test('a value is what there is to be drawn', () => {
  assert.deepEqual(judgePanel(p95('1.9'), server(10)), {
    ...{ status: 'ok', what: 'p95 of the last minute: 1.90 s' },
  })
})

test('nothing to draw is well, and it says whether anybody has ever sent a request', () => {
  const none = judgePanel(p95(), server(0, 0))
  assert.equal(none.what, 'nothing to draw yet, nobody has sent a request: make load')
  const ended = judgePanel(p95('NaN'), server(0, 7))
  assert.equal(ended.what, 'nothing to draw in the last minute: make load')
  const other = judgePanel(p95(), server())
  assert.match(other.what, /^the server has no lab_request_duration_seconds/)
  assert.deepEqual([none.status, ended.status, other.status], ['ok', 'ok', 'ok'])
})

test('a server that does not answer says nothing of its requests', () => {
  const silent: Answer = { url: 'http://x', error: 'ECONNREFUSED', ms: 1 }
  assert.equal(judgePanel(p95(), silent).status, 'unknown')
})
