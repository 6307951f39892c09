import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatCount, formatLasting, formatRate, formatRequests, formatShare } from './quantity.ts'

test('only the whole is 100 %, and only nothing is 0', () => {
  assert.equal(formatShare(0, 100_000), '0.00 %')
  assert.equal(formatShare(1, 100_000), '<0.01 %')
  assert.equal(formatShare(50, 100), '50.00 %')
  assert.equal(formatShare(99_999, 100_000), '99.99 %')
  assert.equal(formatShare(100_000, 100_000), '100 %')
  assert.equal(formatShare(0, 0), '–')
})

test('counts and rates are as long as they are worth', () => {
  assert.equal(formatCount(1234567), '1,234,567')
  assert.equal(formatRequests(1), '1 request')
  assert.equal(formatRequests(1000), '1,000 requests')
  assert.equal(formatRate(1 / 3), '0.333')
  assert.equal(formatRate(49.6432), '49.6')
  assert.equal(formatRate(12_345.6), '12,346')
})

test('how long something lasted is said to a tenth of a second', () => {
  assert.equal(formatLasting(0.25), '250 ms')
  assert.equal(formatLasting(12.04), '12s')
  assert.equal(formatLasting(90.55), '1m30.6s')
})
