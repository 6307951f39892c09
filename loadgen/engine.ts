import { createClient, type Target } from './client.ts'
import type { After } from './clock.ts'
import { startClosedLoop } from './closed-loop.ts'
import { Ledger } from './ledger.ts'
import type { Schedule } from './pacer.ts'
import { type Run, type RunEnd, startRun } from './run.ts'
import { plannedRequests, shareOf, targetsBy } from './schedule.ts'
import { partOf, type Shard, type Share } from './share.ts'
import type { ThreadVitals, WatchThread } from './thread-vitals.ts'

/** All that decides what is sent and when: plain data, the same for every thread. */
export type Plan = {
  schedule: Schedule & { weights: readonly number[] }
  targets: readonly Target[]
  /** Which part of all this is this process's: schedule, places and connections are those of the whole. */
  shard: Shard
  /** The certificates to trust, as PEM; null for those that Node trusts. */
  ca: string | null
  timeoutMs: number
  maxInFlight: number
  /** How many connections of a closed loop; null for an open one. */
  connections: number | null
}

export type EngineOptions = {
  plan: Plan
  share: Share
  /** The instant of the clock from which due times count. */
  startAt: number
  /** Takes what has happened since the last time; the account is used again when it returns. */
  onTally: (tally: Ledger) => void
  watchThread: WatchThread
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
}

export type EngineEnd = RunEnd & {
  staleRetries: number
  longestOpeningMs: number
  vitals: ThreadVitals
}

export type Engine = {
  /** Ends the run at once, for a reason. */
  stop(reason: string): void
  /** After the last tally. */
  finished: Promise<EngineEnd>
}

/** Often enough for a line that looks alive, and seldom enough to cost nothing. */
const tallyEveryMs = 200

/**
 * Runs one thread's share of a plan. What happens is counted here, request by request, and handed on in
 * tallies a few times a second: no thread sends another a message for each request.
 */
export function startEngine(options: EngineOptions): Engine {
  const { plan, startAt, onTally, now, after } = options
  const ledger = new Ledger()
  const client = createClient({ ...plan, now, after })
  const vitals = options.watchThread(now, after)
  const run = start(options, client, ledger)

  const handOn = () => {
    onTally(ledger)
    ledger.clear()
  }
  let tallies = 0
  let cancelTally = () => {}
  // Reckoned from the start, so that tallies and seconds have their edges together.
  const planTally = () => {
    tallies += 1
    cancelTally = after(startAt + tallies * tallyEveryMs - now(), () => {
      handOn()
      planTally()
    })
  }
  planTally()

  const finished = run.finished.then((end): EngineEnd => {
    cancelTally()
    handOn()
    const { staleRetries, longestOpeningMs } = client
    return { ...end, staleRetries, longestOpeningMs, vitals: vitals() }
  })
  return { stop: run.stop, finished }
}

const start = (
  { plan, share, startAt, now, after }: EngineOptions,
  client: ReturnType<typeof createClient>,
  observer: Ledger,
): Run => {
  const { schedule, connections, timeoutMs } = plan
  const common = { client, observer, graceMs: timeoutMs, startAt, now, after }
  if (connections === null) {
    return startRun({
      ...common,
      schedule: shareOf(plannedRequests(schedule), share),
      maxInFlight: partOf(plan.maxInFlight, share),
    })
  }
  const { durationSeconds, requests, weights, seed } = schedule
  return startClosedLoop({
    ...common,
    connections: partOf(connections, share),
    durationMs: (durationSeconds ?? Number.POSITIVE_INFINITY) * 1000,
    requests: requests === null ? Number.POSITIVE_INFINITY : partOf(requests, share),
    nextTarget: targetsBy(weights, seed + share.index),
  })
}
