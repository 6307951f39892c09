import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, formatLatency, parseDuration } from './duration.ts'

test('durations are read in milliseconds', () => {
  const table = { '500ms': 500, '90s': 90_000, '2m': 120_000, '1h': 3_600_000, '1m30s': 90_000 }
  for (const [text, ms] of Object.entries(table)) assert.equal(parseDuration(text), ms, text)
  assert.equal(parseDuration('1.5s'), 1500)
  assert.equal(parseDuration('0.5h'), 1_800_000)
  assert.equal(parseDuration('1h2m3s4ms'), 3_723_004)
})

test('what is no duration, or none at all, is null', () => {
  for (const text of ['', '5', '0s', '-5s', '5 s', 's', '5d', '1s1m', 'NaNs', '1e3s']) {
    assert.equal(parseDuration(text), null, text)
  }
})

test('durations are written as they are typed', () => {
  for (const text of ['0s', '1ms', '500ms', '2.5s', '1m30s', '2m', '1h', '1h1s']) {
    assert.equal(formatDuration(parseDuration(text) ?? 0), text)
  }
})

test('latencies have three digits, and four from a second', () => {
  const table: [number, string][] = [
    [0.0844, '84 µs'],
    [0.9994, '999 µs'],
    [0.9999, '1.00 ms'],
    [12.345, '12.3 ms'],
    [999.4, '999 ms'],
    [999.6, '1.000 s'],
    [1234.5, '1.234 s'],
    [12345, '12.35 s'],
    [Number.NaN, '–'],
  ]
  for (const [ms, text] of table) assert.equal(formatLatency(ms), text)
})
