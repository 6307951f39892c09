import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTargets } from '../target.ts'
import { renderTargetFile } from '../target-file.ts'
import type { Answer } from './answer.ts'
import { judgeServices } from './services-hop.ts'
import type { Target } from './targets.ts'

const now = Date.parse('2026-01-02T03:04:05Z') / 1000
const ago = (seconds: number) => new Date((now - seconds) * 1000).toISOString()

const answer = (path: string, data: unknown): Answer => ({
  ...{ url: `http://p${path}`, status: 200, headers: {}, ms: 1 },
  body: JSON.stringify({ status: 'success', data }),
})

/** A target as Prometheus lists it without Docker: this machine has another name in the target file. */
const target = (job: string, port: number, more: Partial<Target> = {}): Target => ({
  ...{ labels: { job }, scrapeUrl: `http://127.0.0.1:${port}/metrics`, health: 'up' },
  ...{ lastError: '', lastScrape: ago(1), scrapeInterval: '5s', ...more },
})

type Seen = { listed?: Target[]; named?: string; writtenAgo?: number; startedAgo?: number }

const judge = ({ listed = [], named, writtenAgo = 60, startedAgo = 600 }: Seen) => {
  const read = readTargets(named ?? '')
  if ('mistakes' in read) assert.fail(read.mistakes.join('\n'))
  const content = renderTargetFile(read.targets)
  return judgeServices({
    targets: answer('/api/v1/targets', { activeTargets: listed }),
    file: named === undefined ? null : { content, writtenAt: now - writtenAgo },
    runtime: answer('/api/v1/status/runtimeinfo', { startTime: ago(startedAgo) }),
    ...{ now, inContainer: false },
  })
}

const lab = [target('httpserver', 8080), target('prometheus', 9090), target('loadgen', 9464)]
const refused = { health: 'down', lastError: 'connect: connection refused' } as const

test('without services of one’s own there is no such hop, whatever the lab’s own parts answer', () => {
  assert.equal(judge({ listed: lab }), null)
  assert.equal(judge({ listed: [target('loadgen', 9464, refused)] }), null)
  assert.equal(judge({ listed: lab, named: 'localhost:8080' }), null)
})

test('a service that is scraped is named', () => {
  assert.deepEqual(
    judge({ listed: [...lab, target('shop', 3001)], named: 'shop=localhost:3001' }),
    {
      status: 'ok',
      what: 'Prometheus scrapes shop (http://127.0.0.1:3001/metrics)',
    },
  )
})

test('a usual port that Prometheus leaves out makes no other service', () => {
  const listed = [target('your-service', 443, { scrapeUrl: 'https://shop.example/metrics' })]
  assert.equal(judge({ listed, named: 'https://shop.example' })?.status, 'ok')
})

test('a service that is down is broken, with all that are in the evidence', () => {
  const missing = { ...refused, lastError: 'server returned HTTP status 404 Not Found' }
  const listed = [target('a', 1), target('b', 2, refused), target('c', 3, missing)]
  assert.deepEqual(judge({ listed }), {
    status: 'broken',
    what: "Prometheus can't scrape b (http://127.0.0.1:2/metrics): the connection is refused: nothing listens there that it could reach",
    evidence: [
      'job b, http://127.0.0.1:2/metrics: connect: connection refused',
      'job c, http://127.0.0.1:3/metrics: server returned HTTP status 404 Not Found',
    ],
    advice: 'start it, or name the port that it listens on: TARGET=host:port',
  })
})

test('a target file is noticed within seconds of its change, and of Prometheus’ start', () => {
  const named = 'localhost:3001'
  const early = judge({ named, writtenAgo: 4 })
  assert.deepEqual([early?.status, early?.seconds], ['waiting', 8])
  const started = judge({ named, startedAgo: 10.5 })
  assert.deepEqual([started?.status, started?.seconds], ['waiting', 2])
})

test('a target that is still not listed then is in a file that nobody reads', () => {
  const verdict = judge({ named: 'localhost:3001', writtenAgo: 12 })
  assert.equal(verdict?.status, 'broken')
  assert.deepEqual(verdict?.evidence, [
    'prometheus/targets/your-service.yaml names http://host.docker.internal:3001/metrics, http://p/api/v1/targets does not',
  ])
  const otherPath = judge({ listed: [target('your-service', 3001)], named: 'localhost:3001/stats' })
  assert.equal(otherPath?.status, 'broken')
})

test('a service that has not been asked yet will be', () => {
  const listed = [target('shop', 3001, { health: 'unknown' })]
  const verdict = judge({ listed })
  assert.deepEqual([verdict?.status, verdict?.seconds], ['waiting', 5])
})
