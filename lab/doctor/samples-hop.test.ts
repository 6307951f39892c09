import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer } from './answer.ts'
import { judgeSamples } from './samples-hop.ts'
import { ownTargets, serverTargets } from './targets.ts'

const now = Date.parse('2026-01-02T03:04:05Z') / 1000

const answer = (data: unknown): Answer => ({
  ...{ url: 'http://p', status: 200, headers: {}, ms: 1 },
  body: JSON.stringify({ status: 'success', data }),
})

type Seen = { job: string; secondsAgo: number | null; count: number | null }

/** What is said when the last scrape of each was so long ago, and so many have succeeded in the last minute. */
function judgeAll(seen: Seen[], of = serverTargets) {
  const activeTargets = seen.map(({ job, secondsAgo }) => ({
    ...{ labels: { job, instance: 'host:80' }, scrapeUrl: `http://${job}/metrics` },
    scrapeInterval: '5s',
    lastScrape:
      secondsAgo === null
        ? '0001-01-01T00:00:00Z'
        : new Date((now - secondsAgo) * 1000).toISOString(),
  }))
  const result = seen.flatMap(({ job, count }) =>
    count === null ? [] : [{ metric: { job, instance: 'host:80' }, value: [now, String(count)] }],
  )
  const samples = answer({ resultType: 'vector', result })
  return judgeSamples({ targets: answer({ activeTargets }), of, samples, now })
}

const judge = (secondsAgo: number | null, count: number | null) =>
  judgeAll([{ job: 'httpserver', secondsAgo, count }])

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

test('each target has its own scrapes, and only those that are meant are looked at', () => {
  const well = { job: 'shop', secondsAgo: 1, count: 9 }
  const early = { job: 'cart', secondsAgo: 1, count: 1 }
  const stranger = { job: 'httpserver', secondsAgo: 1, count: 0 }
  assert.equal(judgeAll([stranger, well], ownTargets).status, 'ok')
  const { status, evidence } = judgeAll([stranger, well, early], ownTargets)
  assert.equal(status, 'waiting')
  assert.match(`${evidence}`, /^http:\/\/cart\/metrics: /)
  const late = { job: 'late', secondsAgo: 60, count: 9 }
  assert.equal(judgeAll([well, early, late], ownTargets).status, 'broken')
  assert.equal(judgeAll([well]).status, 'unknown')
})
