import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('what is about no field of the form stays as it is', () => {
  const mistake = 'parameters={"from":0}: at least one rate must be above 0'
  assert.deepEqual(inWords([mistake], profiles.ramp.parameters), [mistake])
})
