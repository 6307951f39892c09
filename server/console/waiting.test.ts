import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ofPairs } from './distribution.ts'
import { cautionOf, haveWaited, truthOf } from './waiting.ts'

const delays = ofPairs([500, 100, 1000, 100])

test('what the server itself takes over a request is no waiting', () => {
  const durations = ofPairs([509, 100, 1090, 100])
  assert.equal(haveWaited(delays, durations), false)
  assert.equal(truthOf(delays, durations), delays)
  assert.equal(cautionOf(delays, durations), '')
})

test('a queue is what happened, and no error of the buckets', () => {
  const durations = ofPairs([500, 100, 1101, 100])
  assert.equal(haveWaited(delays, durations), true)
  assert.equal(truthOf(delays, durations), durations)
  assert.match(
    cautionOf(delays, durations),
    /^Requests waited in the server: the p99 of their delays is 1\.00 s, of all that they took 1\.10 s\./,
  )
})

test('ten milliseconds are nothing to speak of, however short the delays are', () => {
  assert.equal(haveWaited(ofPairs([0, 100]), ofPairs([10, 100])), false)
  assert.equal(haveWaited(ofPairs([0, 100]), ofPairs([11, 100])), true)
})

test('of fewer than a hundred requests the p99 is the slowest, and that is said', () => {
  assert.equal(cautionOf(ofPairs([]), ofPairs([])), '')
  const some = ofPairs([20, 98, 30, 1])
  assert.match(cautionOf(some, some), /^So far the p99 is the slowest of 99: /)
  assert.equal(some.quantile(0.99), 0.03)
  const enough = ofPairs([20, 99, 30, 1])
  assert.equal(cautionOf(enough, enough), '')
  assert.equal(enough.quantile(0.99), 0.02)
})
