import { LatencySketch } from './latency-sketch.ts'
import type { Ledger } from './ledger.ts'

/** Beyond so many slots, pairs of them become one: what can be told apart on a screen, and bounded in memory. */
const mostSlots = 600

/** Accounts come in parts of a second, and each belongs to the time before it came. */
const tallyMs = 200

/** What happened in one stretch of a run. Latencies belong to the stretch in which the answer was whole. */
export type Slot = {
  planned: number
  sent: number
  answered: number
  /** Ended without a good answer. */
  errors: number
  responseTime: LatencySketch
  serviceTime: LatencySketch
}

/**
 * A run's course: an account for each second, or for each 2, 4, 8 … seconds of a longer run, so that the
 * memory is some megabytes however long it is. It takes tallies from any number of threads.
 */
export class TimeSeries {
  #slotMs: number
  #slots: Slot[] = []
  #untilMs = 0

  constructor(slotMs = 1000) {
    this.#slotMs = slotMs
  }

  /** Adds what was counted in the fifth of a second before `untilMs`, which is milliseconds after the start. */
  add(tally: Ledger, untilMs: number): void {
    this.#untilMs = Math.max(this.#untilMs, untilMs)
    const atMs = Math.max(0, untilMs - tallyMs / 2)
    while (atMs >= mostSlots * this.#slotMs) this.#halve()
    const index = Math.floor(atMs / this.#slotMs)
    while (this.#slots.length <= index) this.#slots.push(emptySlot())
    const slot = this.#slots[index] as Slot
    const { planned, sentCount, answered, counts } = tally
    slot.planned += planned
    slot.sent += sentCount
    slot.answered += answered
    slot.errors += counts.httpErrors + counts.networkErrors + counts.timeouts + counts.neverSent
    slot.responseTime.addHistogram(tally.responseTime)
    slot.serviceTime.addHistogram(tally.serviceTime)
  }

  /** How many seconds a slot stands for. */
  get slotSeconds(): number {
    return this.#slotMs / 1000
  }

  /** From the start to the last tally, in seconds. */
  get untilSeconds(): number {
    return this.#untilMs / 1000
  }

  /** The slots in their order, the first from the start of the run. */
  get slots(): readonly Slot[] {
    return this.#slots
  }

  #halve(): void {
    const pairs = Math.ceil(this.#slots.length / 2)
    this.#slots = Array.from({ length: pairs }, (_, n) => {
      const [first, second] = this.#slots.slice(2 * n, 2 * n + 2) as [Slot, Slot?]
      return second ? sumOf(first, second) : first
    })
    this.#slotMs *= 2
  }
}

const emptySlot = (): Slot => ({
  planned: 0,
  sent: 0,
  answered: 0,
  errors: 0,
  responseTime: new LatencySketch(),
  serviceTime: new LatencySketch(),
})

/** Both together, in the place of the first. */
const sumOf = (first: Slot, second: Slot): Slot => {
  for (const count of ['planned', 'sent', 'answered', 'errors'] as const) {
    first[count] += second[count]
  }
  first.responseTime.add(second.responseTime)
  first.serviceTime.add(second.serviceTime)
  return first
}
