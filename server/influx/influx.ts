import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { ExchangeObserver } from '../exchange.ts'
import type { InfluxConfig } from '../influx-config.ts'
import { createBuffer } from './buffer.ts'
import { createIntervals, type Line } from './intervals.ts'
import { registerInfluxMetrics } from './metrics.ts'
import { createPusher } from './pusher.ts'
import { createReporter } from './reporter.ts'
import { createWriter } from './writer.ts'

export type Influx = {
  /** Is told of each request. */
  observer: ExchangeObserver
  /**
   * Begins to push, once each interval.
   *
   * @param registry gets the metrics of the pushes
   * @param instance tells this server from others
   * @returns pushes the last interval and whatever waits, for so many milliseconds at most; to be called when no
   *   request is left
   */
  begin: (registry: Registry, instance: string) => (withinMs: number) => Promise<void>
}

export type InfluxOptions = {
  config: InfluxConfig
  logger: Pick<Logger, 'info' | 'warn'>
  /** In milliseconds since the epoch. */
  now?: () => number
}

/** What is pushed to InfluxDB. Nothing of it is loaded where `INFLUX_URL` is not set. */
export function createInflux({ config, logger, now = Date.now }: InfluxOptions): Influx {
  const intervals = createIntervals()
  return {
    observer: intervals.observer,
    begin(registry, instance) {
      const count = registerInfluxMetrics(registry, () => pusher.waiting)
      const pusher = createPusher({
        buffer: createBuffer<Line>(config.bufferPoints),
        write: createWriter(config),
        told: createReporter({ logger, count }),
      })
      let lastAt = 0
      const pushInterval = () => {
        // Later than the one before, also when the clock was put back: points of one time replace one another.
        lastAt = Math.max(now(), lastAt + 1)
        pusher.push(intervals.cut(lastAt, instance))
      }
      const timer = setInterval(pushInterval, config.intervalMs)
      return async function end(withinMs) {
        clearInterval(timer)
        pushInterval()
        const left = await pusher.finish(withinMs)
        if (left.length === 0) return
        const requests = left.reduce((sum, line) => sum + line.requests, 0)
        logger.warn({ points: left.length, requests }, 'influx: points were left behind')
      }
    },
  }
}
