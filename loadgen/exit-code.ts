import type { Checked } from './expect.ts'
import type { Ledger } from './ledger.ts'

/** The exit codes, by what they mean. */
export const exitCodes = {
  done: 0,
  brokenAccount: 1,
  badUsage: 2,
  expectationFailed: 3,
  nothingAnswered: 4,
  interrupted: 130,
} as const

/**
 * The exit code of a finished run. An account that doesn't add up outweighs all else, and no answer at
 * all outweighs expectations, which it explains.
 */
export function exitCodeOf(
  ledger: Ledger,
  endReason: string,
  expectations: readonly Checked[] = [],
): number {
  if (ledger.imbalance() !== null) return exitCodes.brokenAccount
  if (endReason === 'interrupted') return exitCodes.interrupted
  if (ledger.planned > 0 && ledger.answered === 0) return exitCodes.nothingAnswered
  if (expectations.some(({ passed }) => !passed)) return exitCodes.expectationFailed
  return exitCodes.done
}
