import type { Options } from './options.ts'
import { formatLasting, formatRate } from './quantity.ts'
import { type RunRecord, resultOf } from './result.ts'

/** A run in a sentence: how long it lasted, what was asked for, and what was sent. */
export function headline(run: RunRecord): string {
  const { options, end } = run
  const { asked, achieved } = resultOf(run).rate
  const ended = end.reason === 'completed' ? '' : `, ${end.reason}`
  return `${formatLasting(end.durationSeconds)}${ended}; ${askedFor(options, asked)}, sent ${formatRate(achieved ?? 0)}/s${schedule(options)}`
}

const askedFor = ({ connections }: Options, perSecond: number | null) =>
  perSecond === null
    ? `${connections} connections in a closed loop`
    : `asked for ${formatRate(perSecond)} requests/s`

const schedule = ({ arrivals, seed, connections }: Options) =>
  connections === null ? ` (${arrivals} arrivals, seed ${seed})` : ''
