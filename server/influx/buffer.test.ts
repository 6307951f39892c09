import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBuffer } from './buffer.ts'

test('what is too much goes at the old end, and is told', () => {
  const buffer = createBuffer<number>(3)
  assert.deepEqual(buffer.add([1, 2]), [])
  assert.deepEqual(buffer.add([3, 4]), [1])
  assert.equal(buffer.size, 3)
  assert.deepEqual(buffer.take(9), [2, 3, 4])
})

test('more at once than there is room for leaves the newest', () => {
  const buffer = createBuffer<number>(2)
  buffer.add([1])
  assert.deepEqual(buffer.add([2, 3, 4]), [1, 2])
  assert.deepEqual(buffer.take(9), [3, 4])
})

test('what is put back is older than all else: it comes first, and goes first', () => {
  const buffer = createBuffer<number>(3)
  buffer.add([1, 2])
  const taken = buffer.take(2)
  buffer.add([3, 4])
  assert.deepEqual(buffer.putBack(taken), [1])
  assert.deepEqual(buffer.take(2), [2, 3])
  assert.deepEqual(buffer.take(2), [4])
})
