import { Histogram } from './histogram.ts'
import type { Ledger } from './ledger.ts'

/** What was longer ago is no longer how it goes. */
const windowSeconds = 5

/**
 * Keeps the response times, and the number of requests sent, of the last five seconds: one histogram a
 * second, used in turn.
 */
export class RecentWindow {
  #now: () => number
  #start: number
  #slots = Array.from(
    { length: windowSeconds },
    (): Slot => ({
      second: -1,
      sent: 0,
      responseTime: new Histogram(),
    }),
  )

  /** `now` is a monotonic clock in milliseconds; the window begins with what it says. */
  constructor(now: () => number) {
    this.#now = now
    this.#start = now()
  }

  /** Takes what has happened since the last time, as of now. */
  add(tally: Ledger): void {
    const slot = this.#slot()
    slot.sent += tally.sentCount
    slot.responseTime.add(tally.responseTime)
  }

  /** Requests sent a second, and response times in milliseconds, over the last four to five seconds. */
  summary(): { rateAchieved: number; p50Ms: number; p99Ms: number } {
    const elapsedSeconds = (this.#now() - this.#start) / 1000
    const oldest = Math.max(0, Math.floor(elapsedSeconds) - windowSeconds + 1)
    const responseTime = new Histogram()
    let sent = 0
    for (const slot of this.#slots) {
      if (slot.second < oldest) continue
      sent += slot.sent
      responseTime.add(slot.responseTime)
    }
    return {
      rateAchieved: elapsedSeconds > oldest ? sent / (elapsedSeconds - oldest) : 0,
      p50Ms: responseTime.quantile(0.5) / 1000,
      p99Ms: responseTime.quantile(0.99) / 1000,
    }
  }

  #slot(): Slot {
    const second = Math.floor((this.#now() - this.#start) / 1000)
    const slot = this.#slots[second % windowSeconds] as Slot
    if (slot.second !== second) {
      slot.second = second
      slot.sent = 0
      slot.responseTime.clear()
    }
    return slot
  }
}

type Slot = { second: number; sent: number; responseTime: Histogram }
