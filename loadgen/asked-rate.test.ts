import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askedRate } from './asked-rate.ts'
import { parseOptions } from './options.ts'

const askedBy = (line: string, elapsedMs?: number) => {
  const parsed = parseOptions(line.split(' '))
  assert.ok('options' in parsed, JSON.stringify(parsed))
  return askedRate(parsed.options, elapsedMs)
}

test('the asked rate of a run is its mean', () => {
  assert.equal(askedBy('--rate 30'), 30)
  assert.equal(askedBy('--profile ramp:10..200 --rate 7'), 105)
  assert.equal(askedBy('--profile steps:10,50,90'), 50)
  assert.equal(askedBy('--profile sine:20..80/10s --duration 20s'), 50)
  assert.equal(askedBy('--profile burst:500/10s --duration 20s'), 50)
})

test('what is asked of the shards adds up to what is asked of all', () => {
  assert.equal(askedBy('--rate 30 --shard 2/3'), 10)
  assert.equal(askedBy('--profile ramp:0..60 --shard 0/4', 15_000), 3.75)
  assert.equal(askedBy('--closed --shard 0/4'), null)
})

test('a number of requests ends the mean where it ends the run', () => {
  assert.equal(askedBy('--profile ramp:0..100 --duration 10s --requests 125'), 25)
  assert.equal(askedBy('--profile burst:500/10s --requests 100'), 50)
})

test('the asked rate at an instant follows the profile', () => {
  assert.equal(askedBy('--rate 30', 5000), 30)
  assert.equal(askedBy('--profile ramp:0..60', 15_000), 15)
})
