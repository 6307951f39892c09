import assert from 'node:assert/strict'
import { test } from 'node:test'
import { latency } from './queries.ts'

test('a whole-number limit matches the bucket of Prometheus 2 and of Prometheus 3', () => {
  const matcher = /le=~"(.*?)"/.exec(latency.shareWithin(1, '$__range'))?.[1] ?? ''
  const matches = (le: string) => new RegExp(`^(?:${matcher})$`).test(le)
  assert.deepEqual(['1', '1.0', '10', '1.5', '0.1'].map(matches), [true, true, false, false, false])
})

test('the point of a limit is a point, not any character', () => {
  const matcher = /le=~"(.*?)"/.exec(latency.shareWithin(1.5, '$__range'))?.[1] ?? ''
  const matches = (le: string) => new RegExp(`^(?:${matcher})$`).test(le)
  assert.deepEqual(['1.5', '1', '125', '11.5'].map(matches), [true, false, false, false])
})
