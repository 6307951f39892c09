import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBehaviourRequest } from '../behaviour-request.ts'
import { behaviours } from '../behaviours.ts'
import { inWords } from './mistakes.ts'
import { profiles, readRunRequest } from './run-request.ts'

test('a mistake is told in the words of the form, and an empty field has no value', () => {
  const fields = {
    ...profiles.constant.parameters,
    durationSeconds: { description: 'how long the run lasts' },
  }
  const mistakesIn = (rate: number, durationSeconds: number) => {
    const read = readRunRequest({ parameters: { rate }, durationSeconds })
    assert.ok('mistakes' in read)
    return inWords(read.mistakes, fields)
  }
  assert.deepEqual(mistakesIn(99_999, 700), [
    'how long the run lasts, 700: must be a number from 1 to 600',
    'the rate, 99999: must be a number from 0.1 to 2000 (requests a second)',
  ])
  assert.deepEqual(mistakesIn(Number.NaN, 60), [
    'the rate: must be a number from 0.1 to 2000 (requests a second)',
  ])
})

test('a mistake between fields names them as the form does', () => {
  const between = (body: unknown) => {
    const read = readBehaviourRequest(body)
    assert.ok('mistakes' in read)
    return inWords(read.mistakes, behaviours.uniform.parameters)
  }
  assert.deepEqual(between({ name: 'uniform', parameters: { min: 5, max: 2 } }), [
    'the shortest delay must not be above the longest delay',
  ])
  const none = readRunRequest({ profile: 'ramp', parameters: { from: 0, to: 0 } })
  assert.ok('mistakes' in none)
  assert.deepEqual(inWords(none.mistakes, profiles.ramp.parameters), [
    'at least one rate must be above 0',
  ])
})

test('what is about no field of the form stays as it is', () => {
  const mistake = 'profile="square": must be one of constant, ramp'
  assert.deepEqual(inWords([mistake], profiles.ramp.parameters), [mistake])
})
