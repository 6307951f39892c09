import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRoll, type Enrolled } from './roll.ts'

const enrolled = (id: string, more: Partial<Enrolled> = {}): Enrolled => ({
  id,
  name: 'shop',
  host: id,
  port: 80,
  leaseSeconds: 10,
  key: `/service/shop/${id}`,
  modRevision: 1,
  lease: '1',
  ...more,
})
const [a, b] = [enrolled('a'), enrolled('b')]
const ids = (list: Enrolled[]) => list.map(({ id }) => id).sort()

test('who is not in etcd any more is not listed', () => {
  const roll = createRoll()
  assert.deepEqual(ids(roll.call([a, b], false, 0)), ['a', 'b'])
  assert.deepEqual(ids(roll.call([a], false, 1)), ['a'])
  assert.deepEqual(ids(roll.call([], false, 2)), [])
  assert.equal(roll.kept(), 0)
})

test('after trouble those that etcd does not have stay for as long as their lease was', () => {
  const roll = createRoll()
  roll.call([a, b], false, 0)
  assert.deepEqual(ids(roll.call([a], true, 1000)), ['a', 'b'])
  assert.equal(roll.kept(), 1)
  assert.deepEqual(ids(roll.call([a], false, 10_999)), ['a', 'b'])
  assert.deepEqual(ids(roll.call([a], false, 11_000)), ['a'])
  assert.equal(roll.kept(), 0)
})

test('more trouble does not make it longer', () => {
  const roll = createRoll()
  roll.call([a], false, 0)
  roll.call([], true, 1000)
  roll.call([], true, 9000)
  assert.deepEqual(ids(roll.call([], true, 11_000)), [])
})

test('who was kept and is back may go as anybody may', () => {
  const roll = createRoll()
  roll.call([a], false, 0)
  roll.call([], true, 1000)
  assert.deepEqual(ids(roll.call([a], false, 2000)), ['a'])
  assert.equal(roll.kept(), 0)
  assert.deepEqual(ids(roll.call([], false, 3000)), [])
})

test('of two entries for one address the newer one is right', () => {
  const roll = createRoll()
  const old = enrolled('old', { host: '::1', modRevision: 5 })
  const young = enrolled('young', { host: '::1', modRevision: 6 })
  assert.deepEqual(ids(roll.call([young, old], false, 0)), ['young'])
  // And one that is kept gives way to the one that came back under another id.
  assert.deepEqual(ids(roll.call([enrolled('new', { host: '::1', modRevision: 7 })], true, 1)), [
    'new',
  ])
  assert.equal(roll.kept(), 0)
})
