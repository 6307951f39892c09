import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { awaitScrape } from './await-scrape.ts'
import { Ledger } from './ledger.ts'
import { addToMetrics, createMetrics, type Metrics } from './metrics.ts'
import { scriptedServer } from './scripted-server.ts'
import { VirtualTime } from './virtual-time.ts'

type Sample = { metric: Record<string, string>; value: [number, string] }

/**
 * Answers as Prometheus' HTTP API does: to a query with what `samples` gives, to targets with `targets`.
 * https://prometheus.io/docs/prometheus/latest/querying/api/
 */
const prometheusApi = async (
  context: TestContext,
  samples: (query: string) => Sample[],
  targets: unknown[] = [],
) => {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://127.0.0.1')
    const data =
      url.pathname === '/prefix/api/v1/query'
        ? { resultType: 'vector', result: samples(url.searchParams.get('query') ?? '') }
        : { activeTargets: targets }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ status: 'success', data }))
  })
  context.after(() => server.closeAllConnections())
  context.after(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`)
}

/** What Prometheus has after a scrape: the counters as they are now. */
const scrape = async ({ requests }: Metrics, job = 'loadgen'): Promise<Sample[]> =>
  (await requests.get()).values.map(({ labels, value }) => ({
    metric: { job, instance: 'host:9464', outcome: `${labels.outcome}` },
    value: [1_700_000_000, `${value}`],
  }))

const finishedMetrics = (okay: number) => {
  const metrics = createMetrics()
  metrics.startTime.set(1_700_000_000.123)
  const tally = new Ledger()
  tally.counts.ok = okay
  addToMetrics(metrics, tally)
  return metrics
}

const wait = (
  prometheus: URL,
  metrics: Metrics,
  onSleep: (ms: number) => void = () => {},
  patienceMs = 2000,
) => {
  const time = new VirtualTime()
  const sleep = async (ms: number) => {
    time.pass(time.now() + ms)
    onSleep(ms)
  }
  return awaitScrape({ prometheus, metrics, patienceMs, now: time.now, sleep })
}

test('the wait is over when Prometheus has the final count of every outcome', async (context) => {
  const metrics = finishedMetrics(7)
  const states = [[], await scrape(finishedMetrics(6)), await scrape(metrics)]
  let scrapes = 0
  const prometheus = await prometheusApi(context, () => states[scrapes] ?? [])
  assert.equal(await wait(prometheus, metrics, () => scrapes++), null)
  assert.equal(scrapes, 2)
})

test('the question is for this run, by its start time', async (context) => {
  const queries: string[] = []
  const prometheus = await prometheusApi(context, (query) => {
    queries.push(query)
    return []
  })
  await wait(prometheus, finishedMetrics(1))
  assert.equal(
    queries[0],
    'loadgen_requests_total and on (job, instance) loadgen_start_time_seconds == 1700000000.123',
  )
})

test('one of two jobs that scrape the generator is enough', async (context) => {
  const metrics = finishedMetrics(7)
  const both = [...(await scrape(finishedMetrics(3), 'dynamic')), ...(await scrape(metrics))]
  const prometheus = await prometheusApi(context, () => both)
  assert.equal(await wait(prometheus, metrics), null)
})

test('a scrape that fails is given as the reason', async (context) => {
  const scrapeUrl = 'http://host.docker.internal:9464/metrics'
  const lastError = 'connection refused'
  const targets = [{ labels: { job: 'loadgen' }, scrapeUrl, health: 'down', lastError }]
  const prometheus = await prometheusApi(context, () => [], targets)
  assert.equal(
    await wait(prometheus, finishedMetrics(1)),
    `its scrape of ${scrapeUrl} fails: connection refused`,
  )
})

test('a Prometheus without a target for the generator is told from one that scrapes another', async (context) => {
  const without = await prometheusApi(context, () => [])
  assert.equal(await wait(without, finishedMetrics(1)), 'it has no target with job="loadgen"')
  const targets = [{ labels: { job: 'loadgen' }, scrapeUrl: 'http://x/metrics', health: 'up' }]
  const other = await prometheusApi(context, () => [], targets)
  assert.match(
    (await wait(other, finishedMetrics(1))) ?? '',
    /^it scrapes http:\/\/x\/metrics, and/,
  )
})

test('a Prometheus that is not there is given as the reason', async (context) => {
  const server = await scriptedServer(context, () => {})
  server.close()
  assert.equal(await wait(server.url, finishedMetrics(1)), 'it does not answer (ECONNREFUSED)')
})

test('a Prometheus that is not there is not waited for as long as one that is', async (context) => {
  const server = await scriptedServer(context, () => {})
  server.close()
  let waitedMs = 0
  const add = (ms: number) => {
    waitedMs += ms
  }
  await wait(server.url, finishedMetrics(1), add, 20_000)
  assert.equal(waitedMs, 3000)
  waitedMs = 0
  const silentAboutUs = await prometheusApi(context, () => [])
  await wait(silentAboutUs, finishedMetrics(1), add, 20_000)
  assert.equal(waitedMs, 20_000)
})
