import type { Options } from './options.ts'
import { formatProfile } from './profile.ts'
import { formatLasting, formatRate } from './quantity.ts'
import { type RunRecord, resultOf } from './result.ts'

/** A run in a sentence: how long it lasted, what was asked for, and what was sent. */
export function headline(run: RunRecord): string {
  const { options, end } = run
  const { asked, achieved } = resultOf(run).rate
  const ended = end.reason === 'completed' ? '' : `, ${end.reason}`
  return `${formatLasting(end.durationSeconds)}${ended}; ${askedFor(options, asked)}, sent ${formatRate(achieved ?? 0)}/s${schedule(options)}`
}

/** Where the requests went: the URL, or each target with its weight. */
export function destinations({ url, targets }: Options): string[] {
  if (targets.length === 1) return [url.href]
  return targets.map(({ weight, url }) => `${weight} × ${url.href}`)
}

const askedFor = ({ connections }: Options, perSecond: number | null) =>
  perSecond === null
    ? `${connections} connections in a closed loop`
    : `asked for ${formatRate(perSecond)} requests/s`

const schedule = ({ profile, arrivals, seed, connections }: Options) => {
  if (connections !== null) return ''
  const shape = profile.kind === 'constant' ? '' : `${formatProfile(profile)}, `
  return ` (${shape}${arrivals} arrivals, seed ${seed})`
}
