import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Queue } from './queue.ts'

test('what came first goes first, however many come and go', () => {
  const queue = new Queue<number>()
  let next = 0
  let expected = 0
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 150; n++) queue.push(next++)
    for (let n = 0; n < 120; n++) assert.equal(queue.shift(), expected++)
    assert.equal(queue.first, expected)
    assert.equal(queue.length, next - expected)
  }
  while (queue.length > 0) assert.equal(queue.shift(), expected++)
  assert.equal(expected, next)
  assert.equal(queue.shift(), undefined)
  assert.equal(queue.first, undefined)
})
