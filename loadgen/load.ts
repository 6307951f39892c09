import type { Address } from './address.ts'
import { askedRate } from './asked-rate.ts'
import { createClient } from './client.ts'
import type { After } from './clock.ts'
import { Ledger } from './ledger.ts'
import { type Metrics, metricsObserver } from './metrics.ts'
import type { Options } from './options.ts'
import { dueTimes } from './pacer.ts'
import { errorsIn, type Progress } from './progress.ts'
import { RecentWindow } from './recent-window.ts'
import type { RunRecord } from './result.ts'
import { type Observer, startRun } from './run.ts'
import { judge } from './verdict.ts'

/** When nothing but failures to connect has come in so long, the target isn't there. */
const giveUpAfterMs = 1500

export type LoadOptions = {
  options: Options
  address: Address
  metrics: Metrics
  /** A monotonic clock in milliseconds. */
  now: () => number
  after: After
  /** The wall clock. */
  startedAt: Date
  /** Starts to watch how busy this thread is; the returned function gives the share since, 0 to 1. */
  watchUtilization: () => () => number
}

export type Load = {
  /** Ends the run now, for a reason that the report then names. */
  stop(reason: string): void
  progress(): Progress
  finished: Promise<RunRecord>
}

/** Starts the run that the options describe, and puts together all that watch it. */
export function startLoad(load: LoadOptions): Load {
  const { options, metrics, now, after, startedAt } = load
  const ledger = new Ledger()
  const recent = new RecentWindow(now)
  const client = createClient({ ...load, url: options.url, timeoutMs: options.timeoutMs })
  const utilization = load.watchUtilization()
  const start = now()

  const run = startRun({
    dueTimes: dueTimes({
      ...options,
      durationSeconds: options.durationMs === null ? null : options.durationMs / 1000,
    }),
    client,
    observer: all([ledger, metricsObserver(metrics), recent]),
    maxInFlight: options.maxInFlight,
    graceMs: options.timeoutMs,
    now,
    after,
  })
  metrics.rateTarget.set(askedRate(options, 0))
  metrics.startTime.set(startedAt.getTime() / 1000)
  const cancelGiveUp = after(giveUpAfterMs, () => {
    if (ledger.onlyConnectFailures) run.stop('given up')
  })

  const finished = run.finished.then((end): RunRecord => {
    cancelGiveUp()
    metrics.rateTarget.set(0)
    const verdict = judge(ledger, end, utilization())
    const { staleRetries } = client
    return { options, ledger, end, verdict, staleRetries, startedAt }
  })

  return {
    stop: run.stop,
    finished,
    progress: () => ({
      ...recent.summary(),
      elapsedMs: now() - start,
      durationMs: options.durationMs,
      requests: options.requests,
      planned: ledger.planned,
      rateAsked: askedRate(options, now() - start),
      inFlight: run.inFlight(),
      errors: errorsIn(ledger),
    }),
  }
}

const all = (observers: Observer[]): Observer => ({
  due() {
    for (const observer of observers) observer.due()
  },
  sent(latenessMs) {
    for (const observer of observers) observer.sent(latenessMs)
  },
  settled(settlement) {
    for (const observer of observers) observer.settled(settlement)
  },
})
