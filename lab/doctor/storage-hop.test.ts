import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeStorage } from './storage-hop.ts'

const answer = (body: string) => ({
  ...{ url: 'http://127.0.0.1:9090/metrics', status: 200, headers: {}, ms: 1 },
  body,
})

test('a write that failed is named with its count', () => {
  const failed = 'prometheus_tsdb_wal_writes_failed_total 12'
  const { status, evidence } = judgeStorage(answer(`a 1\n${failed}\n`))
  assert.deepEqual([status, evidence], ['broken', [failed]])
  assert.equal(judgeStorage(answer('prometheus_tsdb_wal_writes_failed_total 0\n')).status, 'ok')
})

test('a page that says nothing of a storage is no proof that it is well', () => {
  assert.equal(judgeStorage(answer('<html>')).status, 'unknown')
})
