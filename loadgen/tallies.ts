import type { After } from './clock.ts'
import { Ledger } from './ledger.ts'
import type { Observer } from './run.ts'

export type TalliesOptions = {
  /** Takes what has happened since the last time. */
  onTally: (tally: Ledger) => void
  now: () => number
  after: After
}

const everyMs = 200

/**
 * An observer that hands on an account of each fifth of a second, reckoned from now, until `finish` hands
 * on the last.
 */
export function startTallies({
  onTally,
  now,
  after,
}: TalliesOptions): Observer & { finish(): void } {
  const start = now()
  let tally = new Ledger()
  let handedOn = 0
  let cancel = () => {}
  const handOn = () => {
    onTally(tally)
    tally = new Ledger()
  }
  const plan = () => {
    handedOn += 1
    cancel = after(start + handedOn * everyMs - now(), () => {
      handOn()
      plan()
    })
  }
  plan()
  return {
    due: () => tally.due(),
    sent: (latenessMs) => tally.sent(latenessMs),
    settled: (settlement) => tally.settled(settlement),
    finish() {
      cancel()
      handOn()
    },
  }
}
