import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logOf, reasonIn } from './log-reason.ts'

test('of Prometheus’ lines the last error counts, with paths as they are here', () => {
  const reason = reasonIn([
    'time=2026-11-20T13:49:19.760Z level=ERROR source=main.go:580 msg="Error loading config (--config.file=/etc/prometheus/prometheus.yml)" file=/etc/prometheus/prometheus.yml err="parsing YAML file /etc/prometheus/prometheus.yml: yaml: line 49: did not find expected \'-\' indicator"',
    'time=2026-11-20T13:49:19.761Z level=INFO source=main.go:1 msg="See you next time!"',
    '',
  ])
  assert.equal(
    reason,
    "Error loading config (--config.file=prometheus/prometheus.yml): parsing YAML file prometheus/prometheus.yml: yaml: line 49: did not find expected '-' indicator",
  )
})

test('where no line is an error, the last one counts', () => {
  assert.equal(reasonIn(['one', 'two', '']), 'two')
  assert.equal(reasonIn([]), '')
})

test('quotes within a message stay', () => {
  assert.equal(reasonIn(['level=error msg="no \\"job\\"" err=EOF']), 'no "job": EOF')
})

test('the lines of several containers are told apart by their numbers', () => {
  const out = '=== 9020311130db\na\n=== 1bd114538f78\nb\nc\n'
  const engine = { logs: { exitCode: 0, out, err: '' } }
  assert.deepEqual(logOf(engine, { id: '9020311130db2d7c' }), ['a'])
  assert.deepEqual(logOf(engine, { id: '1bd114538f78751f' }), ['b', 'c', ''])
  assert.deepEqual(logOf(engine, { id: '376439aec524' }), [])
  assert.deepEqual(logOf({}, { id: '376439aec524' }), [])
})
