import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatProfile, parseProfile, profileOf } from './profile.ts'

test('each profile is read, and written as it was read', () => {
  assert.deepEqual(parseProfile('constant', 7), { kind: 'constant', rate: 7 })
  assert.deepEqual(parseProfile('ramp:10..200', 7), { kind: 'ramp', from: 10, to: 200 })
  assert.deepEqual(parseProfile('steps:10,2.5,0', 7), { kind: 'steps', rates: [10, 2.5, 0] })
  const sine = { kind: 'sine', from: 20, to: 80, periodSeconds: 60 } as const
  assert.deepEqual(parseProfile('sine:20..80/1m', 7), sine)
  const burst = { kind: 'burst', requests: 500, periodSeconds: 10 } as const
  assert.deepEqual(parseProfile('burst:500/10s', 7), burst)
  for (const text of ['ramp:10..200', 'steps:10,50,100', 'sine:20..80/60s', 'burst:500/10s']) {
    const spec = parseProfile(text, 7)
    assert.ok(spec)
    assert.equal(formatProfile(spec), text)
  }
})

test('what is no profile is null, and so is one that asks for nothing', () => {
  const wrong = [
    'ramp',
    'ramp:10',
    'ramp:10..',
    'ramp:-1..5',
    'ramp:0..0',
    'ramp:1..2..3',
    'ramp:1..2/3s',
    'steps:',
    'steps:1,,2',
    'steps:0,0',
    'sine:1..2',
    'sine:1..2/3',
    'sine:1..2/3s/4s',
    'burst:0/1s',
    'burst:1.5/1s',
    'burst:5',
    'constant:5',
    'spike:5',
    'ramp:1..2:3',
    '',
  ]
  for (const text of wrong) assert.equal(parseProfile(text, 1), null, text)
})

test('the rate at an instant is what the profile says it is', () => {
  const ratesOf = (text: string, durationSeconds: number, instants: number[]) => {
    const spec = parseProfile(text, 7)
    assert.ok(spec)
    const { rateAt } = profileOf(spec, durationSeconds)
    return instants.map((seconds) => Number(rateAt(seconds).toFixed(9)))
  }
  assert.deepEqual(ratesOf('constant', 10, [0, 5]), [7, 7])
  assert.deepEqual(ratesOf('ramp:10..200', 10, [0, 5, 10, 11]), [10, 105, 200, 200])
  assert.deepEqual(ratesOf('steps:10,50,100', 30, [0, 9.9, 10, 29, 31]), [10, 10, 50, 100, 100])
  assert.deepEqual(ratesOf('sine:20..80/60s', 60, [0, 15, 30, 60]), [20, 50, 80, 20])
  assert.deepEqual(ratesOf('burst:500/10s', 60, [0, 5]), [50, 50])
})

test('ramps and steps need a duration to go over', () => {
  assert.throws(() => profileOf({ kind: 'ramp', from: 1, to: 2 }, null), RangeError)
  assert.throws(() => profileOf({ kind: 'steps', rates: [1] }, null), RangeError)
})
