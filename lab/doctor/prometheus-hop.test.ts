import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgePrometheus } from './prometheus-hop.ts'

const url = 'http://127.0.0.1:9090/-/ready'
const answer = (status: number, body: string) => ({ url, status, headers: {}, body, ms: 1 })

test('Prometheus says of itself that it is ready', () => {
  // Word for word what Prometheus 2.42 and 3.5 answer.
  assert.equal(judgePrometheus(answer(200, 'Prometheus Server is Ready.\n')).status, 'ok')
  assert.equal(judgePrometheus(answer(503, 'Service Unavailable')).status, 'waiting')
})

test('a page of somebody else’s on its port is no Prometheus', () => {
  const { status, what, evidence } = judgePrometheus(answer(200, '<!doctype html>\n<html>'))
  assert.deepEqual(
    [status, what, evidence],
    ['broken', 'what answers is not Prometheus', [`${url} answers 200: <!doctype html> <html>`]],
  )
})
