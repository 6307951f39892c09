import { createTruth, type Truth } from './truth.ts'

/** What the server itself saw of the requests of one regime: the witness beside the truth. */
export type Measured = {
  /** How long each answered request took, to a tenth of a millisecond. */
  readonly durations: Truth
  /** How much longer than its delay the slowest one to wake took, in milliseconds; 0 before the first. */
  readonly longestExcessMs: number
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
  let longestExcessMs = 0
  let logLines = 0
  return {
    durations,
    get longestExcessMs() {
      return longestExcessMs
    },
    get logLines() {
      return logLines
    },
    record(delayMs, durationMs) {
      durations.record(durationMs)
      longestExcessMs = Math.max(longestExcessMs, durationMs - delayMs)
    },
    countLogLine() {
      logLines += 1
    },
  }
}
