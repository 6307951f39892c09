import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import {
  freePort,
  type RunningServer,
  runLoad,
  startPrometheus,
  startServer,
} from '../processes.ts'
import { type Asked, createAsked } from './asked.ts'
import { type Kernel, kernelSays } from './kernel.ts'
import { type Recorder, startRecorder } from './recorder.ts'
import { type Shop, startShop } from './shop.ts'

/** One line of the server's access log. */
export type Request = {
  /** When it ended, in Unix seconds, to a millisecond. */
  at: number
  route: string
  status: number
  /** From its arrival to the last byte of its answer. */
  seconds: number
  /** Only where there was one. */
  delaySeconds: number | undefined
}

/** A run that has ended, and all that was noted of it beside Prometheus. */
export type Run = {
  prometheus: Asked
  /** When the first and the last scrape of the server were, in Unix seconds. */
  since: number
  until: number
  /** Right after the last scrape: the end of the time shown. */
  end: number
  /** From right before the first scrape to the end. */
  shownSeconds: number
  /** Right after a scrape while the load is on, the 20 s before it included. */
  middle: number
  /** What the load generator reported. */
  client: ClientResult
  /** What the server's access log has: of all its life. */
  log: Request[]
  /** What `/api/truth` said at the end. */
  truth: { quantileSeconds: Record<string, number> }
  /** What was scraped, by job, as it passed by. */
  recorded: Record<'httpserver' | 'loadgen' | 'prometheus' | 'shop', Recorder>
  shop: Shop
  /** What Prometheus says of itself, other than by metrics. */
  head: { numSeries: number; chunkCount: number }
  /** The kernel's word on Prometheus at the end. */
  prometheusProcess: Kernel
  /** The heap that a server of these options may have. */
  heapLimitBytes: number
  /** How long the server stood still at one time during the load. */
  stoodStillSeconds: number
}

export type ClientResult = {
  planned: number
  ok: number
  httpErrors: number
  networkErrors: number
  timeouts: number
  cancelled: number
  neverSent: number
}

/**
 * What is asked of the load generator: a little more than it may have in flight, so that requests wait and
 * response time is not service time; and it gives up on the slowest.
 */
export const load = { rate: 60, seconds: 28, maxInFlight: 48, timeout: '1520ms' }

/** Fewer than come at once, so that some wait in the server, too, and its steps are not all the same. */
export const concurrency = 45

/** A mean well below a second, so that a sum is not taken for a count; and one in ten fails. */
const behaviour = { name: 'errors', parameters: { errorRatio: 0.1, min: 0.02, max: 1.5 } }

/** What one of the routes alone had before, so that the routes are told apart. */
const slower = { name: 'uniform', parameters: { min: 1.3, max: 3.2 } }

const heapOption = '--max-old-space-size=256'

const scrapeSeconds = 5

/**
 * One run through the real server, the real load generator and a real Prometheus: two delayed routes, one
 * without delay, one that is none; errors; a server that stands still for a moment.
 *
 * @param started is given what has to be stopped in the end
 */
export async function makeRun(started: { stop: () => Promise<void> }[]): Promise<Run> {
  if (process.platform !== 'linux') {
    throw new Error('panels are held against what /proc says: run this test on Linux')
  }
  const server = await startServer({
    SEED: '1',
    LOG_LEVEL: 'debug',
    CONCURRENCY: `${concurrency}`,
    NODE_OPTIONS: heapOption,
  })
  started.push(server)
  await warmUp(server)

  const recorded = {
    httpserver: await startRecorder(),
    loadgen: await startRecorder(),
    prometheus: await startRecorder(),
    shop: await startRecorder(),
  }
  const shop = await startShop()
  started.push(shop)
  started.push(...Object.values(recorded))
  const tsdb = await startPrometheus({
    server: recorded.httpserver.port,
    loadgen: recorded.loadgen.port,
    prometheus: recorded.prometheus.port,
    others: `- { targets: ['127.0.0.1:${recorded.shop.port}'], labels: { job: shop } }`,
  })
  started.push(tsdb)
  recorded.prometheus.point(tsdb.url)
  const metricsPort = await freePort()
  recorded.loadgen.point(`http://127.0.0.1:${metricsPort}`)
  recorded.httpserver.point(server.url, server.pid)
  recorded.shop.point(shop.url)

  await nextScrape(recorded.shop)
  const since = await nextScrape(recorded.httpserver)
  await slowImages(server)
  const startedAt = Date.now() / 1000
  const loading = runLoad([
    ...['--rate', `${load.rate}`, '--duration', `${load.seconds}s`, '--arrivals', 'even'],
    ...['--seed', '1', '--max-in-flight', `${load.maxInFlight}`, '--timeout', load.timeout],
    ...['--target', `3 ${server.url}/`, '--target', `1 ${server.url}/images`],
    ...['--metrics-port', `${metricsPort}`, '--await-scrape', tsdb.url],
  ])
  const stopSide = sideTraffic(server)
  await sleep(6000)
  const stoodStillSeconds = await standStill(server.pid, 300)
  const { result } = await loading
  await stopSide()

  // Three, so that Prometheus has found the load generator gone before the second, and its rules have seen that.
  await nextScrape(recorded.httpserver)
  await nextScrape(recorded.httpserver)
  const until = await nextScrape(recorded.httpserver)
  // Right after it, so that there is little for Prometheus to extrapolate.
  const shownSeconds = Math.round(until - since) + 1
  const end = since - 0.05 + shownSeconds
  await sleep(Math.max(0, end * 1000 - Date.now()))
  const kernel = kernelSays(tsdb.pid)
  const middle = recorded.httpserver.scrapes.find(({ at }) => at > startedAt + 22)?.at ?? Number.NaN
  return {
    prometheus: createAsked(tsdb.url),
    since,
    until,
    end,
    shownSeconds,
    middle: end - Math.round((until - middle) / scrapeSeconds) * scrapeSeconds,
    client: result,
    log: server.log.flatMap(readRequest),
    truth: await json(`${server.controlUrl}/api/truth`),
    recorded,
    shop: shop.seen,
    head: (await json(`${tsdb.url}/api/v1/status/tsdb`)).data.headStats,
    prometheusProcess: kernel,
    heapLimitBytes: await heapLimit(),
    stoodStillSeconds,
  }
}

async function putBehaviour({ controlUrl }: RunningServer, body: unknown) {
  const headers = { 'Content-Type': 'application/json' }
  const address = `${controlUrl}/api/behaviour`
  const answer = await fetch(address, { method: 'PUT', headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
}

/** Makes every series that the run will need: one that begins with its first event has lost it. */
async function warmUp(server: RunningServer) {
  const { url } = server
  await putBehaviour(server, { name: 'errors', parameters: { errorRatio: 1, min: 0, max: 0 } })
  for (const path of ['/', '/images', '/ping', '/nowhere']) await ask(`${url}${path}`)
  await putBehaviour(server, behaviour)
  for (const path of ['/', '/images']) await giveUp(`${url}${path}`)
}

/** A hundred slow requests to one route, 25 a second; then the behaviour that the load will meet. */
async function slowImages(server: RunningServer) {
  await putBehaviour(server, slower)
  const sent = []
  for (let i = 0; i < 100; i++) {
    sent.push(ask(`${server.url}/images`))
    await sleep(40)
  }
  await Promise.all(sent)
  await putBehaviour(server, behaviour)
}

/**
 * Requests that the load generator knows nothing of: five a second without delay, two without a route, and
 * three whose client goes away.
 */
function sideTraffic({ url }: RunningServer) {
  const over = new AbortController()
  const every = async (ms: number, send: () => Promise<unknown>) => {
    while (!over.signal.aborted) {
      await send()
      await sleep(ms, undefined, { signal: over.signal }).catch(() => {})
    }
  }
  const all = Promise.all([
    every(200, () => ask(`${url}/ping`)),
    every(500, () => ask(`${url}/nowhere`)),
    every(250, () => giveUp(`${url}/`)),
  ])
  return async () => {
    over.abort()
    await all
  }
}

/** Asks, and goes away after 22 ms, when hardly an answer can have come. */
const giveUp = (url: string) => fetch(url, { signal: AbortSignal.timeout(22) }).catch(() => {})

/** Stops a process for some milliseconds, and answers with how long it was, in seconds. */
async function standStill(pid: number, ms: number): Promise<number> {
  const startedMs = performance.now()
  process.kill(pid, 'SIGSTOP')
  await sleep(ms)
  process.kill(pid, 'SIGCONT')
  return (performance.now() - startedMs) / 1000
}

/** Waits for a scrape that is yet to come, and answers with when it was, when all targets had theirs. */
async function nextScrape({ scrapes }: Recorder): Promise<number> {
  const before = scrapes.length
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 50) {
    const next = scrapes[before]
    if (next) return next.at
    await sleep(50)
  }
  throw new Error('Prometheus has not scraped the server for 15 s')
}

function readRequest(line: string): Request[] {
  const { msg, time, route, status, durationMs, delayMs } = JSON.parse(line)
  if (msg !== 'request') return []
  const delaySeconds = delayMs === undefined ? undefined : delayMs / 1000
  return [{ at: Date.parse(time) / 1000, route, status, seconds: durationMs / 1000, delaySeconds }]
}

const heapLimit = async () => {
  const program = 'console.log(v8.getHeapStatistics().heap_size_limit)'
  return Number((await promisify(execFile)(process.execPath, [heapOption, '-e', program])).stdout)
}

const ask = async (url: string) => (await fetch(url)).text()

const json = async (url: string) => JSON.parse(await ask(url))
