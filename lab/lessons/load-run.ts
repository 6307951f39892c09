import { freshScrape } from '../picture.ts'
import type { Prometheus, Series } from '../prometheus.ts'
import type { LessonLab } from './lesson.ts'
import { NotReady } from './lesson.ts'

/** One run of the load generator, as Prometheus knows it. */
export type LoadRun = {
  /** When it started, in Unix seconds. */
  start: number
  /** When the generator was scraped for the last time during the run. */
  lastSeen: number
  /** The highest rate that it asked for, in requests a second; 0 for a closed loop. */
  rate: number
  /**
   * Counters of the server had the value that they had then: `gain` takes it. 0 where the server itself
   * began between the last scrape before the run and the run.
   */
  since: number
}

/** The client library rounds `process_start_time_seconds` to whole seconds: it may be so much later than it was. */
const START_ROUNDING = 0.5

/** How far back a lesson looks. */
const REACH = '15m'

const job = 'job="loadgen"'

/**
 * Finds the runs of the last quarter of an hour, oldest first: each has a start time of its own. Before that
 * it waits until the last run has ended, and the server has been scraped.
 *
 * @throws {NotReady} when a run goes on
 */
export async function loadRuns(lab: LessonLab): Promise<LoadRun[]> {
  await waitForEnd(lab)
  await freshScrape(lab.prometheus, lab)
  const { prometheus } = lab
  const starts = await prometheus.points(`loadgen_start_time_seconds{${job}}[${REACH}]`)
  const rates = await prometheus.points(`loadgen_rate_target{${job}}[${REACH}]`)
  const runs = []
  for (const { start, lastSeen } of distinct(starts)) {
    const asked = rates
      .flatMap(({ points }) => points)
      .filter(({ at }) => at >= start && at <= lastSeen)
      .map(({ value }) => value)
    runs.push({
      start,
      lastSeen,
      rate: Math.max(0, ...asked),
      since: await baseline(prometheus, start),
    })
  }
  return runs
}

/** What a lesson wants of a run. */
export type Wanted = {
  /** What has to be run if it wasn't: the last sentence of the complaint. */
  commands: string[]
  /** The behaviour under which it ran. */
  behaviour: { name: string; parameters?: Record<string, number> }
  /** Answers at the route `/`, at least so many. */
  requests: number
}

/**
 * The last run of load, if it is what a lesson is about.
 *
 * @throws {NotReady} with what it lacks, and the commands that make it so
 */
export async function lastRun(lab: LessonLab, wanted: Wanted): Promise<LoadRun> {
  const run = (await loadRuns(lab)).at(-1)
  const redo = `Run\n${wanted.commands.map((command) => `  ${command}`).join('\n')}\nand ask again.`
  if (!run) throw new NotReady(`Prometheus has seen no load in the last ${REACH}. ${redo}`)
  const { prometheus } = lab
  const started = `process_start_time_seconds{job="httpserver"} > ${run.start + START_ROUNDING}`
  if ((await prometheus.query(started)).length > 0) {
    throw new NotReady(`The server was restarted since the last run of load. ${redo}`)
  }
  await requireBehaviour(lab, run, wanted.behaviour, redo)
  const count = await answered(prometheus, run)
  if (count < wanted.requests) {
    throw new NotReady(
      `The last run of load has ${count} answers at /, which is too few: at least ${wanted.requests} are needed. ${redo}`,
    )
  }
  return run
}

/** How many delayed requests to `/` the server served since the run began. */
async function answered(prometheus: Prometheus, { since }: LoadRun): Promise<number> {
  const count = 'sum(lab_request_duration_seconds_count{job="httpserver",http_route="/"})'
  const [now] = await prometheus.query(count)
  const [before] = await prometheus.query(count.replace(/}\)$/, `} @ ${since})`))
  return (now?.value ?? 0) - (before?.value ?? 0)
}

async function requireBehaviour(
  { prometheus, control }: LessonLab,
  run: LoadRun,
  wanted: Wanted['behaviour'],
  redo: string,
): Promise<void> {
  // Only what was scraped in the run: a server that ended together with Prometheus seems to be there for five
  // minutes more.
  const ms = Math.max(1, Math.floor((run.lastSeen - run.start) * 1000))
  const info = `count_over_time(lab_behaviour_info{job="httpserver"}[${ms}ms] @ ${run.lastSeen})`
  const found = (await prometheus.query(info)).map(({ labels }) => labels.behaviour)
  if (found.some((name) => name !== wanted.name)) {
    throw new NotReady(
      `The last run of load met the behaviour ${found.join(', ')}, and the lesson is about ${wanted.name}. ${redo}`,
    )
  }
  const now = await control.behaviour()
  const different = Object.entries(wanted.parameters ?? {}).filter(
    ([name, value]) => now.name === wanted.name && now.parameters[name] !== value,
  )
  if (different.length > 0) {
    const [names, has] = [different, different.map(([name]) => [name, now.parameters[name]])].map(
      (pairs) => pairs.map(([name, value]) => `${name} = ${value}`).join(', '),
    )
    throw new NotReady(`The behaviour ${wanted.name} has ${has}, and not ${names}. ${redo}`)
  }
}

/** The server counts from its own start: what an earlier process left is no baseline. */
const baseline = async (prometheus: Prometheus, start: number) => {
  const began = `process_start_time_seconds{job="httpserver"}`
  const [now] = await prometheus.query(began)
  const [then] = await prometheus.query(`${began} @ ${start}`)
  const restartedBefore = now && now.value !== then?.value && now.value <= start + START_ROUNDING
  return restartedBefore ? 0 : start
}

/** When all is sent it asks for 0 requests a second, when all is answered it has 0 in flight. */
const waitForEnd = async ({ prometheus, sleep, patienceMs }: LessonLab) => {
  for (let waitedMs = 0; ; waitedMs += 500) {
    const going = await prometheus.query(
      `loadgen_rate_target{${job}} > 0 or loadgen_in_flight{${job}} > 0`,
    )
    if (going.length === 0) return
    if (waitedMs >= Math.min(patienceMs, 12_000)) {
      throw new NotReady('The load is still running: ask again when it has ended.')
    }
    await sleep(500)
  }
}

const distinct = (all: Series[]) => {
  const lastSeen = new Map<number, number>()
  for (const { points } of all) {
    for (const { at, value } of points) {
      if (value > 0) lastSeen.set(value, Math.max(at, lastSeen.get(value) ?? 0))
    }
  }
  return [...lastSeen]
    .map(([start, seen]) => ({ start, lastSeen: seen }))
    .sort((a, b) => a.start - b.start)
}
