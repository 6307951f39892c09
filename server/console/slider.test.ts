import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, behaviours } from '../behaviours.ts'
import { positionOf, valueAt } from './slider.ts'

test('a slider reaches both bounds of each parameter, and never leaves them', () => {
  for (const { parameters } of Object.values<Behaviour>(behaviours)) {
    for (const range of Object.values(parameters)) {
      assert.deepEqual([valueAt(0, range), valueAt(1, range)], [range.min, range.max])
      for (let position = 0; position <= 1; position += 0.01) {
        const value = valueAt(position, range)
        assert.ok(value >= range.min && value <= range.max, `${value}`)
        // A value has three digits, so it is not quite where it was taken from.
        assert.ok(Math.abs(positionOf(value, range) - position) < 0.02, `${position}: ${value}`)
      }
    }
  }
})

test('small values of a wide range have as much room as large ones', () => {
  assert.equal(valueAt(0.5, { min: 0.001, max: 10 }), 0.1)
  assert.equal(valueAt(0.5, { min: 0, max: 60 }), 3.75)
  assert.equal(valueAt(0.5, { min: 0, max: 1 }), 0.5)
})

test('a whole number stays whole', () => {
  assert.equal(valueAt(0.123, { min: 1, max: 2000, whole: true }), 3)
})
