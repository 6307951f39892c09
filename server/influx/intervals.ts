import { ABORTED, type ExchangeObserver } from '../exchange.ts'
import { knownMethod } from '../metrics.ts'
import { lineOf } from './line-protocol.ts'
import { summarize } from './summary.ts'

/** A line that is on its way to the database. */
export type Line = {
  text: string
  /** How many requests are counted in it; what it says of times counts none. */
  requests: number
}

/** What happened since the last cut. */
export type Intervals = {
  observer: ExchangeObserver
  /**
   * Ends the interval and begins the next: a line for each measurement and series that has anything to tell.
   *
   * @param timestampMs of all these points, in whole milliseconds since the epoch; another one for each interval of an
   *   instance, since points of one time and one series replace one another
   */
  cut: (timestampMs: number, instance: string) => Line[]
}

/** Notes each request as it ends: one number and one entry of a map, whatever becomes of it later. */
export function createIntervals(): Intervals {
  let series = new Map<string, Series>()
  return {
    observer: {
      started() {},
      ended(c, { route, status, durationMs }) {
        const method = knownMethod(c.req.method)
        const key = `${method} ${status} ${route}`
        let one = series.get(key)
        if (!one) {
          one = { tags: { method, route, status: String(status) }, requests: 0, seconds: [] }
          series.set(key, one)
        }
        one.requests += 1
        // How long somebody waited before giving up is not how long an answer takes. In microseconds, as in the log.
        if (status !== ABORTED) one.seconds.push(Math.round(durationMs * 1000) / 1e6)
      },
    },
    cut(timestampMs, instance) {
      const ended = series
      series = new Map()
      return [...ended.values()].flatMap((one) => linesOf(one, timestampMs, instance))
    },
  }
}

type Series = {
  tags: { method: string; route: string; status: string }
  requests: number
  seconds: number[]
}

function linesOf({ tags, requests, seconds }: Series, timestampMs: number, instance: string) {
  const about = { tags: { ...tags, instance }, timestampMs }
  const fields = { value: BigInt(requests) }
  const counted = lineOf({ ...about, measurement: 'count_request', fields })
  const lines: Line[] = [{ text: counted, requests }]
  if (seconds.length > 0) {
    const { count, ...times } = summarize(seconds)
    const text = lineOf({
      ...about,
      measurement: 'response_time',
      fields: { count: BigInt(count), ...times },
    })
    lines.push({ text, requests: 0 })
  }
  return lines
}
