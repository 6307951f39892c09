import { countsIn, type Distribution, ofPairs, sumOfPairs } from './distribution.ts'
import { estimateQuantile } from './quantile.ts'
import { haveWaited } from './waiting.ts'

/** What one second had of the delayed routes. */
export type Second = {
  /** Since the epoch. */
  at: number
  /** How many requests ended; who went away first is not among them. */
  answers: number
  /** How many of those with a status from 500 on. */
  errors: number
  /** Requests in flight at the second's end. */
  inFlight: number
  /** The delays of the served ones: whole milliseconds and how often, in turn. */
  delays: number[]
  /** How long they took in all, rounded up to milliseconds. */
  durations: number[]
}

/** A second, and what was made of it. */
export type Kept = Second & {
  /** The true p99 of the last ten seconds, see `truthOf`; undefined where nothing was served. */
  p99: number | undefined
  /** How many were in each step of the heatmap, see `heatStep`; of the same times. */
  heat: Map<number, number>
  /** How many were in each bucket, of the bounds that were asked for last. */
  buckets: { bounds: readonly number[]; counts: number[] } | undefined
}

/** The last minutes, second by second, without gaps, in bounded memory. */
export type History = {
  readonly seconds: readonly Kept[]
  /** The last second that is known; 0 for none. */
  readonly last: number
  add: (seconds: readonly Second[]) => void
  /** What a histogram with these bounds says of p99 of the last ten seconds, for each second. */
  estimates: (bounds: readonly number[]) => (number | undefined)[]
}

/** How long the window of a p99 is: at 50 requests a second, that has 500 in it. */
export const WINDOW_SECONDS = 10

const STEPS_PER_DECADE = 20

/** The step of the heatmap that a delay is in: each is 12 % longer than the one before; the first is 1 ms. */
export function heatStep(ms: number): number {
  return Math.max(0, Math.floor(Math.log10(Math.max(ms, 1)) * STEPS_PER_DECADE + 1e-9))
}

/** Where a step of the heatmap begins, in seconds. */
export function heatFrom(step: number): number {
  return 10 ** (step / STEPS_PER_DECADE) / 1000
}

/** @param keep how many seconds are kept */
export function createHistory({ keep = 300, mostPairs = 400_000 } = {}): History {
  let seconds: Kept[] = []
  let pairs = 0
  const push = (second: Second) => {
    const window = [...seconds.slice(1 - WINDOW_SECONDS), second]
    const delays = ofPairs(sumOfPairs(window.map(({ delays }) => delays)))
    const durations = ofPairs(sumOfPairs(window.map(({ durations }) => durations)))
    const waited = haveWaited(delays, durations)
    const heat = heatOf(waited ? second.durations : second.delays)
    const p99 = p99Of(waited ? durations : delays)
    seconds.push({ ...second, p99, heat, buckets: undefined })
    pairs += pairsIn(second)
    while (seconds.length > keep || (pairs > mostPairs && seconds.length > WINDOW_SECONDS)) {
      pairs -= pairsIn(seconds.shift() as Kept)
    }
  }
  return {
    get seconds() {
      return seconds
    },
    get last() {
      return seconds.at(-1)?.at ?? 0
    },
    add(more) {
      for (const second of more) {
        const last = seconds.at(-1)
        if (last && second.at <= last.at) continue
        if (last && second.at > last.at + keep) {
          seconds = []
          pairs = 0
        } else if (last) for (let at = last.at + 1; at < second.at; at++) push(unknown(at))
        push(second)
      }
    },
    estimates(bounds) {
      const counts = seconds.map((kept) => bucketsOf(kept, bounds))
      return counts.map((_, i) => {
        const window = counts.slice(Math.max(0, i - WINDOW_SECONDS + 1), i + 1)
        const sum = Array.from({ length: bounds.length + 1 }, (_, b) =>
          window.reduce((sum, counts) => sum + (counts[b] ?? 0), 0),
        )
        return estimateQuantile(0.99, bounds, sum)
      })
    },
  }
}

/** A second of which nothing was told, because the server was away. */
const unknown = (at: number): Second => ({
  at,
  answers: 0,
  errors: 0,
  inFlight: 0,
  delays: [],
  durations: [],
})

const heatOf = (times: readonly number[]) => {
  const heat = new Map<number, number>()
  for (let i = 0; i < times.length; i += 2) {
    const step = heatStep(times[i] ?? 0)
    heat.set(step, (heat.get(step) ?? 0) + (times[i + 1] ?? 0))
  }
  return heat
}

const p99Of = ({ count, quantile }: Distribution) => (count > 0 ? quantile(0.99) : undefined)

const bucketsOf = (kept: Kept, bounds: readonly number[]): number[] => {
  // Only another layout has all of them counted anew.
  if (kept.buckets?.bounds !== bounds) {
    kept.buckets = { bounds, counts: countsIn(ofPairs(kept.durations), bounds) }
  }
  return kept.buckets.counts
}

const pairsIn = ({ delays, durations }: Second) => (delays.length + durations.length) / 2
