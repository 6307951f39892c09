import type { Ledger } from './ledger.ts'

/** The exit codes, by what they mean. */
export const exitCodes = {
  done: 0,
  brokenAccount: 1,
  badUsage: 2,
  expectationFailed: 3,
  nothingAnswered: 4,
  generatorLimited: 5,
  interrupted: 130,
} as const

/** What else a run can be found wanting for. */
export type Failings = {
  /** The generator itself went wrong, and its account is only what was known by then. */
  fault?: boolean
  /** What was measured may be the generator, and that was not to be. */
  limited?: boolean
  /** What was expected of it did not hold. */
  unmet?: boolean
}

/**
 * The exit code of a finished run. An account that can't be relied on outweighs all else, and no answer at
 * all outweighs a generator that was too slow, which in turn outweighs expectations: they were held against
 * numbers that are not the server's.
 */
export function exitCodeOf(
  ledger: Ledger,
  endReason: string,
  { fault = false, limited = false, unmet = false }: Failings = {},
): number {
  if (ledger.imbalance() !== null || fault) return exitCodes.brokenAccount
  if (endReason === 'interrupted') return exitCodes.interrupted
  if (ledger.planned > 0 && ledger.answered === 0) return exitCodes.nothingAnswered
  if (limited) return exitCodes.generatorLimited
  if (unmet) return exitCodes.expectationFailed
  return exitCodes.done
}
