import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mistakeInStart, parseInstant } from './start-at.ts'

const noon = new Date('2026-03-01T12:00:00Z')

test('an instant is read with its time zone', () => {
  for (const text of [
    '2026-03-01T12:00:00Z',
    '2026-03-01T12:00Z',
    '2026-03-01T12:00:00.000Z',
    '2026-03-01T13:30:00+01:30',
  ]) {
    assert.deepEqual(parseInstant(text), noon, text)
  }
})

test('what leaves open which instant it means is none', () => {
  for (const text of ['2026-03-01', '2026-03-01T12:00:00', '12:00Z', '2026-13-01T12:00Z', 'now']) {
    assert.equal(parseInstant(text), null, text)
  }
})

test('a run starts at an instant that is still to come, within a day', () => {
  const at = noon.getTime()
  assert.equal(mistakeInStart(noon, at - 1), null)
  assert.equal(mistakeInStart(noon, at - 24 * 3_600_000), null)
  assert.equal(
    mistakeInStart(noon, at + 1500),
    '--start-at 2026-03-01T12:00:00.000Z: must be still to come, and it was 1.5 s ago',
  )
  assert.equal(
    mistakeInStart(noon, at - 24 * 3_600_000 - 1),
    '--start-at 2026-03-01T12:00:00.000Z: must be within 24 h',
  )
})
