import type { Options } from './options.ts'
import { profileOf } from './profile.ts'

/**
 * Requests a second that the options ask of this process, which is the whole or one shard of it: at an
 * instant, in milliseconds after the start, or on average over the whole run when there is none. Null in a
 * closed loop, where nobody asks for a rate.
 */
export function askedRate(options: Options, elapsedMs?: number): number | null {
  return options.connections === null ? rateOfAll(options, elapsedMs) / options.shard.count : null
}

const rateOfAll = (options: Options, elapsedMs?: number): number => {
  const { durationMs, requests } = options
  if (options.profile.kind === 'constant') return options.profile.rate
  const durationSeconds = durationMs === null ? null : durationMs / 1000
  const profile = profileOf(options.profile, durationSeconds)
  if (elapsedMs !== undefined) return profile.rateAt(elapsedMs / 1000)
  const seconds = Math.min(
    durationSeconds ?? Number.POSITIVE_INFINITY,
    requests === null ? Number.POSITIVE_INFINITY : profile.secondsOf(requests),
  )
  // A burst that is not even whole takes no time.
  return seconds === 0 ? profile.rateAt(0) : profile.requestsBefore(seconds) / seconds
}
