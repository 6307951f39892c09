import type { Options } from './options.ts'
import { formatProfile } from './profile.ts'
import { formatLasting, formatRate } from './quantity.ts'
import { type RunRecord, resultOf } from './result.ts'
import { formatShard, partOf, threadShare } from './share.ts'

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

const askedFor = ({ connections, shard }: Options, perSecond: number | null) =>
  perSecond === null
    ? `${partOf(connections ?? 0, threadShare(shard, 0, 1))} connections in a closed loop`
    : `asked for ${formatRate(perSecond)} requests/s`

const schedule = ({ profile, arrivals, seed, connections, shard }: Options) => {
  const part = shard.count === 1 ? '' : `shard ${formatShard(shard)}`
  if (connections !== null) return part && ` (${part})`
  const shape = profile.kind === 'constant' ? '' : `${formatProfile(profile)}, `
  return ` (${shape}${arrivals} arrivals, seed ${seed}${part && `, ${part}`})`
}
