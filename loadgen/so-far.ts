import type { After } from './clock.ts'
import type { Ledger, OutcomeName } from './ledger.ts'
import type { Progress } from './progress.ts'
import { type Summary, summarise } from './result.ts'

/** What a run has come to, in base units, by the names that its result has. */
export type SoFar = Record<OutcomeName | 'planned' | 'sent' | 'inFlight', number> & {
  elapsedSeconds: number
  /** Requests a second; `asked` as it is now, null where none is; `achieved` in the last five seconds. */
  rate: { asked: number | null; achieved: number }
  responseTime: Summary
  serviceTime: Summary
}

/** Puts together what a run has come to. */
export function soFarOf(ledger: Ledger, progress: Progress): SoFar {
  return {
    elapsedSeconds: progress.elapsedMs / 1000,
    planned: ledger.planned,
    sent: ledger.sentCount,
    inFlight: ledger.inFlight,
    ...ledger.counts,
    rate: { asked: progress.rateAsked, achieved: progress.rateAchieved },
    responseTime: summarise(ledger.responseTime),
    serviceTime: summarise(ledger.serviceTime),
  }
}

const EVERY_MS = 1000

/** Tells each second what a run has come to, until the returned function is called. */
export function tellEachSecond(
  after: After,
  tell: (soFar: SoFar) => void,
  soFar: () => SoFar,
): () => void {
  const planNext = () =>
    after(EVERY_MS, () => {
      tell(soFar())
      cancel = planNext()
    })
  let cancel = planNext()
  return () => cancel()
}
