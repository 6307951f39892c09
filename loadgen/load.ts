import type { Worker } from 'node:worker_threads'
import { askedRate } from './asked-rate.ts'
import type { After } from './clock.ts'
import { type EngineEnd, type Plan, startEngine } from './engine.ts'
import { Ledger } from './ledger.ts'
import { addToMetrics, type Metrics } from './metrics.ts'
import type { Options } from './options.ts'
import { errorsIn, type Progress } from './progress.ts'
import { RecentWindow } from './recent-window.ts'
import type { RunRecord } from './result.ts'
import { partOf, threadShare } from './share.ts'
import { type SoFar, soFarOf } from './so-far.ts'
import type { WatchThread } from './thread-vitals.ts'
import { startThreads, type ThreadData, type ThreadsEnd } from './threads.ts'
import { readThrottling, throttlingSince } from './throttling.ts'
import { TimeSeries } from './time-series.ts'
import { judge } from './verdict.ts'

/** When nothing but failures to connect has come in so long, the target isn't there. */
const giveUpAfterMs = 1500

export type LoadOptions = {
  options: Options
  plan: Plan
  metrics: Metrics
  /** A monotonic clock in milliseconds; with `timeOrigin`, milliseconds since the epoch. */
  now: () => number
  timeOrigin: number
  after: After
  /** The wall clock. */
  startedAt: Date
  /** The instant of the clock from which due times count, if it is still to come; else it is now. */
  startAt?: number
  /** Starts to watch how this thread fares. */
  watchThread: WatchThread
  spawn?: (data: ThreadData) => Worker
}

export type Load = {
  /** Ends the run now, for a reason that the report then names. */
  stop(reason: string): void
  progress(): Progress
  soFar(): SoFar
  finished: Promise<RunRecord>
}

/** Starts the run that the options describe, and puts together all that watch it. */
export function startLoad(load: LoadOptions): Load {
  const { options, metrics, now, after, startedAt } = load
  const ledger = new Ledger()
  const recent = new RecentWindow(now)
  const series = options.html === null ? null : new TimeSeries()
  const throttlingBefore = readThrottling()
  let start = now()

  const onTally = (tally: Ledger) => {
    ledger.add(tally)
    recent.add(tally)
    series?.add(tally, now() - start)
    addToMetrics(metrics, tally)
    metrics.rateTarget.set(askedRate(options, now() - start) ?? 0)
  }
  const threads =
    options.workers === 1
      ? startHere(load, onTally)
      : startThreads({ ...load, workers: options.workers, onTally })
  metrics.rateTarget.set(askedRate(options, 0) ?? 0)
  // A microsecond apart: who waits for a scrape of its own counts knows them by this, and shards may start together.
  metrics.startTime.set(startedAt.getTime() / 1000 + options.shard.index / 1e6)
  threads.started.then((startAt) => {
    start = startAt
  })
  const untilStartMs = Math.max(0, (load.startAt ?? 0) - start)
  const cancelGiveUp = after(untilStartMs + giveUpAfterMs, () => {
    if (ledger.onlyConnectFailures) threads.stop('given up')
  })

  const finished = threads.finished.then(({ ends, fault }): RunRecord => {
    cancelGiveUp()
    metrics.rateTarget.set(0)
    const end = endOf(ends)
    const vitals = {
      threads: ends.map(({ vitals }) => vitals),
      longestOpeningMs: Math.max(...ends.map(({ longestOpeningMs }) => longestOpeningMs)),
      throttling: throttlingSince(throttlingBefore, readThrottling()),
    }
    const verdict = judge(ledger, end, vitals)
    const staleRetries = ends.reduce((sum, { staleRetries }) => sum + staleRetries, 0)
    return { options, ledger, end, verdict, staleRetries, startedAt, series, fault }
  })

  const progress = (): Progress => ({
    ...recent.summary(),
    elapsedMs: Math.max(0, now() - start),
    durationMs: options.durationMs,
    requests: options.requests === null ? null : partOf(options.requests, ownShare(options)),
    planned: ledger.planned,
    rateAsked: askedRate(options, now() - start),
    inFlight: ledger.inFlight,
    errors: errorsIn(ledger),
  })

  return { stop: threads.stop, finished, progress, soFar: () => soFarOf(ledger, progress()) }
}

/** What is this process's of the whole. */
const ownShare = ({ shard }: Options) => threadShare(shard, 0, 1)

/** All that is this process's on this thread, with what several threads have. */
const startHere = (load: LoadOptions, onTally: (tally: Ledger) => void) => {
  const startAt = Math.max(load.now(), load.startAt ?? 0)
  const engine = startEngine({ ...load, share: ownShare(load.options), startAt, onTally })
  const finished = engine.finished.then((end): ThreadsEnd => ({ ends: [end], fault: null }))
  return { started: Promise.resolve(startAt), stop: engine.stop, finished }
}

/** How the run ended as a whole. */
const endOf = (ends: EngineEnd[]) => ({
  reason: ends.find(({ reason }) => reason !== 'completed')?.reason ?? 'completed',
  durationSeconds: Math.max(...ends.map(({ durationSeconds }) => durationSeconds)),
  scheduledSeconds: Math.max(...ends.map(({ scheduledSeconds }) => scheduledSeconds)),
  maxWaiting: ends.reduce((sum, { maxWaiting }) => sum + maxWaiting, 0),
})
