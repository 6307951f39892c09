import type { Second } from './console/history.ts'
import { ABORTED, type ExchangeObserver } from './exchange.ts'

/** The last minutes of the delayed routes, second by second. */
export type Live = {
  observer: ExchangeObserver
  readonly inFlight: number
  /** The seconds that have ended since the second `after`, oldest first; of those that are kept. */
  since: (after: number) => Second[]
}

export type LiveOptions = {
  /** The routes that count. */
  routes: readonly string[]
  /** In milliseconds since the epoch, never falling. */
  now?: () => number
  /** How many seconds are kept. */
  keep?: number
  /** How many pairs of a time and its count are kept in all: at high rates fewer seconds are. */
  mostPairs?: number
}

/** Begins to note what happens, in bounded memory. */
export function createLive({
  routes,
  now = () => performance.timeOrigin + performance.now(),
  keep = 300,
  mostPairs = 400_000,
}: LiveOptions): Live {
  const slots: Second[] = []
  let pairs = 0
  let inFlight = 0
  let current = begin(second(now()))

  /** Ends the seconds that are over. In flight at their end is what is in flight now: nothing has happened since. */
  const advance = () => {
    const at = second(now())
    if (at - current.at > keep) slots.length = pairs = 0
    while (current.at < at) {
      const { delays, durations, ...rest } = current
      const slot = { ...rest, inFlight, delays: flat(delays), durations: flat(durations) }
      slots.push(slot)
      pairs += pairsIn(slot)
      current = begin(Math.max(current.at + 1, at - keep))
    }
    while (slots.length > keep || (pairs > mostPairs && slots.length > 1)) {
      pairs -= pairsIn(slots.shift() as Second)
    }
  }

  return {
    observer: {
      started(c) {
        if (!routes.includes(c.req.path)) return
        advance()
        inFlight += 1
      },
      ended(c, { route, status, durationMs }) {
        if (!routes.includes(route)) return
        advance()
        inFlight -= 1
        if (status === ABORTED) return
        current.answers += 1
        if (status >= 500) current.errors += 1
        const delayMs = c.get('delayMs')
        if (delayMs === undefined) return
        count(current.delays, delayMs)
        count(current.durations, Math.ceil(durationMs))
      },
    },
    get inFlight() {
      return inFlight
    },
    since(after) {
      advance()
      return slots.filter(({ at }) => at > after)
    },
  }
}

const second = (ms: number) => Math.floor(ms / 1000)

const begin = (at: number) => ({
  at,
  answers: 0,
  errors: 0,
  delays: new Map<number, number>(),
  durations: new Map<number, number>(),
})

const count = (countAt: Map<number, number>, ms: number) =>
  countAt.set(ms, (countAt.get(ms) ?? 0) + 1)

const flat = (countAt: Map<number, number>) => [...countAt].sort(([a], [b]) => a - b).flat()

const pairsIn = ({ delays, durations }: Second) => (delays.length + durations.length) / 2
