/**
 * How a hop is: `ok`, `broken`, `waiting` (nothing is wrong, it needs some seconds more), or `unknown`: it could not be
 * judged, because a hop before it is not well or what would tell did not answer in time.
 */
export type Status = 'ok' | 'waiting' | 'broken' | 'unknown'

/** What was found at one hop. */
export type Verdict = {
  status: Status
  /** One sentence for a stranger, without a full stop. */
  what: string
  /** What was seen, word for word where somebody else said it. */
  evidence?: string[]
  /** One thing to do. */
  advice?: string
  /** Seconds until it is worth to look again, where the status is `waiting`. */
  seconds?: number
}

/** A verdict and the hop that it is about, with nothing left out: what `--json` prints. */
export type Finding = {
  /** The hop, as a program names it. */
  hop: string
  /** The hop, as people call it. */
  title: string
  status: Status
  what: string
  evidence: string[]
  advice: string | null
  seconds: number | null
}
