import { Worker } from 'node:worker_threads'
import type { EngineEnd, Plan } from './engine.ts'
import { Ledger, type LedgerData } from './ledger.ts'
import { plannedRequests, shareOf } from './schedule.ts'
import { type Share, threadShare } from './share.ts'

export type ThreadData = { plan: Plan; share: Share }

export type ToThread =
  /** In milliseconds since the epoch, with their fraction: a clock that all threads have in common. */
  { kind: 'start'; startAtEpoch: number } | { kind: 'stop'; reason: string }

export type FromThread =
  | { kind: 'ready' }
  | { kind: 'tally'; tally: LedgerData }
  | { kind: 'ended'; end: EngineEnd }

export type ThreadsOptions = {
  plan: Plan
  workers: number
  onTally: (tally: Ledger) => void
  /** A monotonic clock in milliseconds; with `timeOrigin`, milliseconds since the epoch. */
  now: () => number
  timeOrigin: number
  /** The earliest instant of the clock from which due times may count. */
  startAt?: number
  spawn?: (data: ThreadData) => Worker
}

export type ThreadsEnd = {
  ends: EngineEnd[]
  /** Why a thread died, if one did. What it had sent is then known as of its last tally. */
  fault: string | null
}

export type Threads = {
  /** The instant of the clock from which due times count, once all threads are ready. */
  started: Promise<number>
  /** Ends the run at once, for a reason. */
  stop(reason: string): void
  finished: Promise<ThreadsEnd>
}

/** From telling the threads when to start to that instant: the message must be there by then. */
const headStartMs = 10

/**
 * Runs a plan on several threads, each with its share of the schedule and its own connections. When one
 * dies, the others are stopped, and what it had in flight is counted as cancelled, and what was due of
 * its share and not known to be sent as never sent.
 */
export function startThreads(options: ThreadsOptions): Threads {
  const { plan, workers, onTally, now, timeOrigin, startAt: earliest = 0 } = options
  const { spawn = spawnThread } = options
  const { promise: started, resolve: resolveStarted } = Promise.withResolvers<number>()
  const { promise: finished, resolve: resolveFinished } = Promise.withResolvers<ThreadsEnd>()
  const threads = Array.from({ length: workers }, (_, index): Thread => {
    const share = threadShare(plan.shard, index, workers)
    return { share, worker: spawn({ plan, share }), known: new Ledger(), ready: false, end: null }
  })
  let startAt: number | null = null
  let fault: string | null = null
  let stopReason: string | null = null

  const tellAll = (message: ToThread) => {
    for (const { worker } of threads) worker.postMessage(message)
  }

  const stop = (reason: string) => {
    stopReason ??= reason
    if (startAt !== null) tellAll({ kind: 'stop', reason: stopReason })
  }

  const onMessage = (thread: Thread, message: FromThread) => {
    if (message.kind === 'ready') {
      thread.ready = true
      if (threads.every(({ ready }) => ready)) begin()
    } else if (message.kind === 'tally') {
      const tally = Ledger.from(message.tally)
      thread.known.add(tally)
      onTally(tally)
    } else {
      ended(thread, message.end)
    }
  }

  const begin = () => {
    startAt = Math.max(now() + headStartMs, earliest)
    resolveStarted(startAt)
    tellAll({ kind: 'start', startAtEpoch: timeOrigin + startAt })
    if (stopReason !== null) stop(stopReason)
  }

  const died = (thread: Thread, why: string) => {
    if (thread.end !== null) return
    fault ??= `a thread of the generator died (${why})`
    stop(fault)
    // Not all will ever be ready, so none is to wait for that.
    if (startAt === null) for (const { worker } of threads) worker.terminate()
    const elapsedMs = startAt === null ? 0 : Math.max(0, now() - startAt)
    onTally(unaccounted(plan, thread, elapsedMs / 1000))
    const vitals = { utilization: 0, longestPauseMs: 0 }
    const durationSeconds = elapsedMs / 1000
    const nothing = { maxWaiting: 0, staleRetries: 0, longestOpeningMs: 0, vitals }
    const end = { reason: fault, durationSeconds, scheduledSeconds: durationSeconds }
    ended(thread, { ...end, ...nothing })
  }

  const ended = (thread: Thread, end: EngineEnd) => {
    thread.end = end
    const ends = threads.flatMap(({ end }) => (end === null ? [] : [end]))
    if (ends.length === threads.length) resolveFinished({ ends, fault })
  }

  for (const thread of threads) {
    thread.worker.on('message', (message: FromThread) => onMessage(thread, message))
    thread.worker.on('error', (error) => died(thread, error.message))
    thread.worker.on('exit', (code) => died(thread, `exit code ${code}`))
  }
  return { started, stop, finished }
}

type Thread = {
  share: Share
  worker: Worker
  /** All that it has told. */
  known: Ledger
  ready: boolean
  end: EngineEnd | null
}

const spawnThread = (data: ThreadData) =>
  new Worker(new URL('thread.ts', import.meta.url), { workerData: data })

/** What is missing in the account of a thread that died, so many seconds after the start. */
const unaccounted = (plan: Plan, { share, known }: Thread, elapsedSeconds: number): Ledger => {
  const missing = new Ledger()
  const planned = plan.connections === null ? dueBy(plan, share, elapsedSeconds) : known.planned
  missing.planned = Math.max(planned, known.planned) - known.planned
  missing.counts.cancelled = known.inFlight
  missing.counts.neverSent =
    known.planned + missing.planned - known.sentCount - known.counts.neverSent
  return missing
}

const dueBy = (plan: Plan, share: Share, seconds: number): number => {
  let count = 0
  for (const { due } of shareOf(plannedRequests(plan.schedule), share)) {
    if (due > seconds) break
    count += 1
  }
  return count
}
