import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeMachine } from './machine-hop.ts'

const well = { node: '24.21.0', wrongPackages: [], freeMemoryBytes: 4e9 }

test('Node.js and packages matter without Docker, memory always', () => {
  assert.equal(judgeMachine(well, 'native').what, 'Node.js 24.21.0, 4000 MB of memory free')
  assert.equal(judgeMachine(well, 'docker').what, '4000 MB of memory free')
  const old = { ...well, node: '22.18.0' }
  assert.equal(judgeMachine(old, 'native').what, 'Node.js 22.18.0 is too old: the lab needs 24')
  assert.equal(judgeMachine(old, 'docker').status, 'ok')
  const wrongPackages = ['hono: not there, and should be 4.13.19']
  const { status, evidence } = judgeMachine({ ...well, wrongPackages }, 'native')
  assert.deepEqual([status, evidence], ['broken', wrongPackages])
  for (const mode of ['native', 'docker'] as const) {
    const { what } = judgeMachine({ ...well, freeMemoryBytes: 249e6 }, mode)
    assert.equal(what, 'the memory is used up: 249 MB are free')
  }
})
