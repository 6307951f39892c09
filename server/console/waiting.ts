import type { Distribution } from './distribution.ts'
import { formatSeconds } from './format.ts'
import { quantiles } from './view.ts'

/** What the server itself takes over a request, and what a busy machine makes of it. */
const USUAL_SECONDS = 0.01
const USUAL_SHARE = 0.1

/**
 * Did the requests wait in the server, for a place or for its processor? Then they took longer than their
 * delays by more than what is usual: 10 ms and a tenth, at one of the page's quantiles.
 */
export function haveWaited(delays: Distribution, durations: Distribution): boolean {
  return quantiles.some((q) => {
    const delay = delays.quantile(q) ?? 0
    return (durations.quantile(q) ?? 0) - delay > Math.max(USUAL_SECONDS, delay * USUAL_SHARE)
  })
}

/**
 * What a histogram of durations is to be held against: the delays that were injected; and the durations
 * themselves where requests have waited, because no bucket is to blame for that.
 */
export function truthOf(delays: Distribution, durations: Distribution): Distribution {
  return haveWaited(delays, durations) ? durations : delays
}

/** With fewer requests their p99 is the greatest of them, by nearest rank. */
const ENOUGH = 100

/** What is to be known before the picture is believed; empty where there is nothing. */
export function cautionOf(delays: Distribution, durations: Distribution): string {
  const { count } = delays
  const few =
    count > 0 && count < ENOUGH
      ? [`So far the p99 is the slowest of ${count}: it needs ${ENOUGH} requests to be another.`]
      : []
  const waited = haveWaited(delays, durations)
    ? [
        `Requests waited in the server: the p99 of their delays is ${formatSeconds(delays.quantile(0.99))}, of all that they took ${formatSeconds(durations.quantile(0.99))}. Histograms measure all of it, so it is shown as the truth here.`,
      ]
    : []
  return [...waited, ...few].join(' ')
}
