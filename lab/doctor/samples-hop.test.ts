import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgeSamples } from './samples-hop.ts'

const now = Date.parse('2026-01-02T03:04:05Z') / 1000

const answer = (data: unknown): Answer => ({
  ...{ url: 'http://p', status: 200, headers: {}, ms: 1 },
  body: JSON.stringify({ status: 'success', data }),
})

/** What is said when the last scrape was so long ago, and so many have succeeded in the last minute. */
function judge(secondsAgo: number | null, count: number | null) {
  const lastScrape =
    secondsAgo === null ? '0001-01-01T00:00:00Z' : new Date((now - secondsAgo) * 1000).toISOString()
  const target = { labels: { job: 'httpserver' }, scrapeUrl: 'http://s/metrics', lastScrape }
  const targets = answer({ activeTargets: [{ ...target, scrapeInterval: '5s' }] })
  const result = count === null ? [] : [{ metric: {}, value: [now, String(count)] }]
  return judgeSamples({ targets, samples: answer({ resultType: 'vector', result }), now })
}

test('before the first scrape there are two intervals to wait at most', () => {
  const { status, seconds } = judge(null, null)
  assert.deepEqual([status, seconds], ['waiting', 10])
})

test('after the first one it is what is left of the interval, and a whole one more if it failed', () => {
  assert.equal(judge(1.5, 1).seconds, 4)
  assert.equal(judge(1.5, 0).seconds, 9)
  assert.equal(judge(1.5, null).seconds, 9)
})

test('two scrapes are enough', () => {
  assert.equal(judge(1.5, 2).status, 'ok')
})

test('a last scrape that is more than three intervals ago is broken, whatever there was before', () => {
  assert.equal(judge(15, 9).status, 'ok')
  const { status, what } = judge(16, 9)
  assert.deepEqual(
    [status, what],
    ['broken', 'the last scrape was 16 s ago, and should be each 5 s'],
  )
})
