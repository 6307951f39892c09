import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeClocks } from './clocks-hop.ts'

const here = Date.parse('2026-01-02T03:04:05Z') / 1000

test('clocks may be two seconds apart, either way', () => {
  assert.equal(judgeClocks(here + 2, here).status, 'ok')
  assert.equal(judgeClocks(here - 2, here).status, 'ok')
  assert.equal(judgeClocks(here + 2.1, here).status, 'broken')
  assert.equal(judgeClocks(here - 2.1, here).status, 'broken')
})

test('the evidence is both clocks, and the sentence says which is ahead', () => {
  const { what, evidence } = judgeClocks(here - 90, here)
  assert.match(what, /^Prometheus’ clock is 90\.0 s behind this machine’s/)
  assert.deepEqual(evidence, [
    'here: 2026-01-02T03:04:05.000Z',
    'Prometheus, time(): 2026-01-02T03:02:35.000Z (2 s apart is allowed)',
  ])
  assert.match(
    judgeClocks(here + 90, here).what,
    /^Prometheus’ clock is 90\.0 s ahead of this machine’s/,
  )
})

test('a clock that nobody told is not judged', () => {
  assert.equal(judgeClocks(undefined, here).status, 'unknown')
})
