import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTargets } from '../target.ts'
import { renderTargetFile } from '../target-file.ts'
import { serverPlaceOf } from './server-place.ts'

/** Who has the server's place after `make up TARGET=…`. */
const place = (target: string | undefined, more = {}) => {
  const read = readTargets(target ?? '', 8080)
  if ('mistakes' in read) assert.fail(read.mistakes.join('\n'))
  const content = target === undefined ? undefined : renderTargetFile(read.targets)
  return serverPlaceOf({ content, port: 8080, withoutServer: true, stranger: true, ...more })
}

test('a service in the server’s place is asked for what the server would be', () => {
  assert.equal(place('localhost:8080'), 'yours')
  assert.equal(place('localhost:3001 localhost:8080', { stranger: false }), 'yours')
})

test('nobody answers for the server where a service has its port and other metrics', () => {
  assert.equal(place('localhost:8080/stats'), 'nobody')
  assert.equal(place('https://localhost:8080'), 'nobody')
})

test('beside a service of one’s own, a stranger on the server’s port is nobody’s business', () => {
  assert.equal(place('localhost:3001'), 'nobody')
  assert.equal(place('localhost:3001', { stranger: false }), 'lab')
  assert.equal(place(undefined), 'lab')
})

test('a lab with its own server answers for it, whatever the target file says', () => {
  for (const target of ['localhost:8080', 'localhost:8080/stats', 'localhost:3001'])
    assert.equal(place(target, { withoutServer: false }), 'lab')
})
