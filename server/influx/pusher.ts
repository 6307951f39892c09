import { setTimeout as sleepFor } from 'node:timers/promises'
import { backoffMs } from './backoff.ts'
import type { Buffer } from './buffer.ts'
import type { Line } from './intervals.ts'
import type { Write } from './writer.ts'

/** How a line ended. */
export type Outcome = 'written' | 'dropped' | 'refused'

export type Pusher = {
  /** Takes lines for the database; what finds no place is dropped, oldest first. Never waits. */
  push: (lines: readonly Line[]) => void
  /** Sends all that is left, for so long at most, and gives what could not be. To be called once. */
  finish: (withinMs: number) => Promise<Line[]>
  /** How many lines wait, those that are being sent included. */
  readonly waiting: number
}

/** Who is told what happens. */
export type Told = {
  ended: (outcome: Outcome, lines: readonly Line[]) => void
  /** A batch was refused, or could not be sent and will be again; what the database said. */
  refused: (why: string, lines: readonly Line[]) => void
  failed: (why: string) => void
  written: () => void
}

export type PusherOptions = {
  buffer: Buffer<Line>
  write: Write
  told: Told
  random?: () => number
  /** In milliseconds, monotonic. */
  now?: () => number
  sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>
}

/** Some 700 kB: far below what a database takes at once (25 MB, `max-body-size`). */
const BATCH = 5000

/** How long one request may take. */
const TIMEOUT_MS = 5000

/** Between attempts when the process is on its way out. */
const HURRY_MS = 200

/**
 * Sends lines one batch after another, never two at once. A batch that could not be sent is sent again as it is: its
 * points have the times that they had, so that the database has each of them once, also where only its answer was lost.
 */
export function createPusher({
  buffer,
  write,
  told,
  random = Math.random,
  now = performance.now.bind(performance),
  sleep = defaultSleep,
}: PusherOptions): Pusher {
  let sending: Promise<void> | undefined
  let underWay: Line[] = []
  let deadline = Number.POSITIVE_INFINITY
  const hurry = new AbortController()

  const drop = (lines: Line[]) => {
    if (lines.length > 0) told.ended('dropped', lines)
  }

  const send = async () => {
    for (let failures = 0; buffer.size > 0 && now() < deadline; ) {
      underWay = buffer.take(BATCH)
      const patienceMs = Math.max(1, Math.min(TIMEOUT_MS, Math.ceil(deadline - now())))
      const answer = await write(underWay.map(({ text }) => text).join('\n'), patienceMs)
      const lines = underWay
      underWay = []
      if (answer.outcome === 'failed') {
        told.failed(answer.why)
        drop(buffer.putBack(lines))
        failures += 1
        await pause(failures)
      } else {
        failures = 0
        told.ended(answer.outcome, lines)
        if (answer.outcome === 'refused') told.refused(answer.why, lines)
        else told.written()
      }
    }
  }

  const pause = (failures: number) =>
    hurry.signal.aborted
      ? sleep(HURRY_MS)
      : sleep(backoffMs(failures, random), hurry.signal).catch(() => {})

  const start = () => {
    sending ??= send().finally(() => {
      sending = undefined
    })
    return sending
  }

  return {
    push(lines) {
      drop(buffer.add(lines))
      if (buffer.size > 0) void start()
    },
    async finish(withinMs) {
      deadline = now() + withinMs
      hurry.abort()
      const over = new AbortController()
      const timeUp = sleep(withinMs, over.signal).catch(() => {})
      // What is under way may have been started before the last lines came.
      await Promise.race([start().then(start), timeUp])
      over.abort()
      return [...underWay, ...buffer.take(buffer.size)]
    },
    get waiting() {
      return buffer.size + underWay.length
    },
  }
}

const defaultSleep = (ms: number, signal?: AbortSignal) =>
  sleepFor(ms, undefined, signal ? { signal } : {})
