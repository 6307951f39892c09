import { setTimeout as sleep } from 'node:timers/promises'
import { type Influxd, type InfluxSeries, makeInfluxd } from '../influxd.ts'
import { runLoad, startServer } from '../processes.ts'
import { exactQuantile, mean, sum } from './arithmetic.ts'

/** One line of the access log: a request to one of the delayed routes. */
type Request = { atMs: number; route: string; status: number; seconds: number }

/** A run that has ended within one group of 30 s, and is all that its database holds. */
export type InfluxRun = {
  influxd: Influxd
  /** When the group began, in milliseconds since the epoch. */
  groupMs: number
  log: Request[]
  /** The requests of each point of `response_time`: of one interval, route and status. */
  points: Request[][]
}

export const GROUP_MS = 30_000

/** How long the load lasts, and what it takes until it has begun and ended. */
const LOAD_SECONDS = 12
const ROOM_MS = (LOAD_SECONDS + 8) * 1000

/**
 * Two routes that are not alike, errors among the answers, clients that go away, and load that isn't the same in each
 * interval: whatever a query may take for another must have another value.
 *
 * @param started is given what has to be stopped in the end
 */
export async function makeInfluxRun(started: { stop: () => Promise<void> }[]): Promise<InfluxRun> {
  const influxd = await makeInfluxd()
  started.push(influxd)
  await influxd.start()
  const untilNextMs = GROUP_MS - (Date.now() % GROUP_MS)
  if (untilNextMs < ROOM_MS) await sleep(untilNextMs + 100)
  const groupMs = Math.floor(Date.now() / GROUP_MS) * GROUP_MS
  const server = await startServer({ SEED: '1', INFLUX_URL: influxd.url, INFLUX_INTERVAL: '5s' })
  started.push(server)
  const put = async (name: string, parameters: object) => {
    const body = JSON.stringify({ name, parameters })
    const headers = { 'Content-Type': 'application/json' }
    const to = `${server.controlUrl}/api/behaviour`
    const { ok } = await fetch(to, { method: 'PUT', headers, body })
    if (!ok) throw new Error(`the server does not take ${body}`)
  }
  const images = (count: number) =>
    Array.from({ length: count }, () => fetch(`${server.url}/images`))
  // Few slow ones among many, so that a mean is no median.
  await put('uniform', { min: 0.1, max: 0.2 })
  const fast = images(80)
  const left = fetch(`${server.url}/`, { signal: AbortSignal.timeout(50) }).catch(() => {})
  await Promise.all([...fast, left])
  await put('uniform', { min: 1, max: 1.6 })
  await Promise.all(images(40))
  // So that the shortest is on another route than the longest, and not as short as those without delay.
  await put('uniform', { min: 0.015, max: 0.015 })
  for (let i = 0; i < 10; i++) await fetch(`${server.url}/`)
  await put('errors', { errorRatio: 0.2, min: 0.03, max: 0.5 })
  const options = ['--rate', '80', '--duration', `${LOAD_SECONDS}s`, '--metrics-port', '0']
  const targets = ['--target', `4 ${server.url}/`, '--target', `1 ${server.url}/images`]
  const pings = Array.from({ length: 7 }, () => fetch(`${server.url}/ping`))
  await Promise.all([runLoad([...options, ...targets]), ...pings])
  await server.stop()
  if (Date.now() > groupMs + GROUP_MS) throw new Error('the run took more than its 30 s')

  const log = server.log.flatMap((line) => {
    const { msg, time, route, status, durationMs } = JSON.parse(line)
    const delayed = msg === 'request' && (route === '/' || route === '/images')
    return delayed ? [{ atMs: Date.parse(time), route, status, seconds: durationMs / 1000 }] : []
  })
  const series = await influxd.query(
    'SELECT "count" FROM "response_time" GROUP BY "route", "status"',
  )
  return { influxd, groupMs, log, points: pointsOf(series, log) }
}

/** Which requests each point is about: those that ended since the one before. */
function pointsOf(series: InfluxSeries[], log: Request[]): Request[][] {
  const cuts = series.flatMap(({ values }) => values.map(([at]) => Number(at)))
  const ends = [...new Set(cuts)].sort((a, b) => a - b)
  const byPoint = Map.groupBy(
    log.filter(({ status }) => status !== 499),
    ({ atMs, route, status }) => `${ends.find((end) => atMs <= end)} ${route} ${status}`,
  )
  return [...byPoint.values()]
}

/** What a query must show. */
type Shows = {
  /** By the name of the series, its one value in the group of 30 s or in all of the time. */
  series: (run: InfluxRun) => Record<string, number>
  /** A share of it. */
  within: number
  because: string
  /** Mutants that show the same, by a part of their name, and why they do. */
  survivors: Record<string, string>
}

const secondsOf = (log: Request[]) => log.map(({ seconds }) => seconds)
const answered = ({ log }: InfluxRun) => log.filter(({ status }) => status !== 499)

const countBy = (key: 'route' | 'status') => (run: InfluxRun) =>
  Object.fromEntries(
    [...Map.groupBy(run.log, (each) => `${each[key]}`)].map(([name, all]) => [name, all.length]),
  )

const exact = (series: Shows['series'], survivors: Shows['survivors'] = {}): Shows => ({
  series,
  within: 1e-9,
  because: 'it is exact',
  survivors,
})

/** A request and a cut in the same millisecond: it may be in either interval. */
const nearlyExact = (series: Shows['series'], survivors: Shows['survivors'] = {}): Shows => ({
  series,
  within: 0.01,
  because: 'a request that ended in the millisecond of a cut may be on either side of it',
  survivors,
})

/** Of an extreme, which is on one route. */
const slowestIsAnImage = {
  ' AND ("route"': 'the other routes are faster',
  '"route" = \'/\' OR ': 'the slowest answers are those of /images',
}
const fastestIsNoImage = { ' OR "route" = \'/images\'': 'the fastest answers are those of /' }

const ofPoints = (run: InfluxRun, of: (seconds: number[]) => number) =>
  run.points.map((requests) => of(secondsOf(requests)))

const p99 = (seconds: number[]) => exactQuantile(0.99, seconds)

/** What the dashboard must show of the run, by the panel's title and the refId of its query. */
export const influxTable: Record<string, Record<string, Shows>> = {
  Requests: { A: exact(({ log }) => ({ requests: log.length })) },
  Mean: { A: exact((run) => ({ mean: mean(secondsOf(answered(run))) })) },
  Shortest: {
    A: exact((run) => ({ shortest: Math.min(...secondsOf(answered(run))) }), fastestIsNoImage),
  },
  Longest: {
    A: exact((run) => ({ longest: Math.max(...secondsOf(answered(run))) }), slowestIsAnImage),
  },
  'Mean over 30 s': {
    A: exact((run) => ({ mean: mean(secondsOf(answered(run))) })),
    B: nearlyExact((run) => ({ 'mean of the means': mean(ofPoints(run, mean)) })),
  },
  'p99 of the intervals': {
    A: nearlyExact((run) => ({ 'highest p99': Math.max(...ofPoints(run, p99)) }), slowestIsAnImage),
    B: nearlyExact((run) => ({
      'mean of the p99s': sum(ofPoints(run, p99)) / run.points.length,
    })),
  },
  'Requests by route': { A: exact(countBy('route')) },
  'Requests by status': { A: exact(countBy('status')) },
}
