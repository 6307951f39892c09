import { ABORTED, type ExchangeObserver } from './exchange.ts'
import { createTruth, type Truth } from './truth.ts'

/** What the server itself saw of the requests of one regime: the witness beside the truth. */
export type Measured = {
  /** How long each answered request took, to a tenth of a millisecond. */
  readonly durations: Truth
  /** The same, rounded up to whole milliseconds: as the console draws them, once a second. */
  readonly wholeMs: Truth
  /** How much longer than their delays the three worst requests took, in milliseconds, falling. */
  readonly worstExcessesMs: number[]
  /** How many lines the access log has written. */
  readonly logLines: number
  /** Notes one answered request, which was delayed by `delayMs` and took `durationMs` in all. */
  record: (delayMs: number, durationMs: number) => void
  /** Notes a line of the access log; called where it is written. */
  countLogLine: () => void
}

/** Begins a record with nothing in it. */
export function createMeasured(): Measured {
  const durations = createTruth({ stepsPerMs: 10 })
  const wholeMs = createTruth()
  let worstExcessesMs: number[] = []
  let logLines = 0
  return {
    durations,
    wholeMs,
    get worstExcessesMs() {
      return worstExcessesMs
    },
    get logLines() {
      return logLines
    },
    record(delayMs, durationMs) {
      durations.record(durationMs)
      wholeMs.record(durationMs)
      const excessMs = durationMs - delayMs
      if (excessMs > (worstExcessesMs[2] ?? Number.NEGATIVE_INFINITY)) {
        worstExcessesMs = [...worstExcessesMs, excessMs].sort((a, b) => b - a).slice(0, 3)
      }
    },
    countLogLine() {
      logLines += 1
    },
  }
}

/** Notes how long each delayed request took; what nobody was there to receive is no answer. */
export const measuring: ExchangeObserver = {
  started() {},
  ended(c, { status, durationMs }) {
    if (status !== ABORTED) c.get('measured')?.record(c.get('delayMs') ?? 0, durationMs)
  },
}
