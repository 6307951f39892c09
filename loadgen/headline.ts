import { formatLasting, formatRate } from './quantity.ts'
import { type RunRecord, resultOf } from './result.ts'

/** A run in a sentence: how long it lasted, what was asked for, and what was sent. */
export function headline(run: RunRecord): string {
  const { options, end } = run
  const { achieved } = resultOf(run).rate
  const ended = end.reason === 'completed' ? '' : `, ${end.reason}`
  return `${formatLasting(end.durationSeconds)}${ended}; asked for ${formatRate(options.rate)} requests/s, sent ${formatRate(achieved ?? 0)}/s (${options.arrivals} arrivals, seed ${options.seed})`
}
