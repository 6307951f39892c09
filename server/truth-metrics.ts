import { Gauge, Histogram, type Registry } from 'prom-client'
import { delayBounds } from './buckets.ts'
import { createRecent } from './recent.ts'
import type { Regimes } from './regime.ts'
import type { Truth } from './truth.ts'

/** The quantiles of which the truth is told. */
const quantiles = [0.5, 0.9, 0.95, 0.99]

/**
 * Registers what the server knows of the delays that it injects, and of the behaviour that draws them.
 *
 * @returns notes the delay of one served request, in whole milliseconds; to be called where the layouts
 *   note the request's duration, so that each scrape has the same requests in all of them
 */
export function registerTruthMetrics(registry: Registry, regimes: Regimes) {
  const registers = [registry]
  new Gauge({
    name: 'lab_delay_quantile_seconds',
    help: 'Exact quantiles of the delays that were injected since the behaviour is in force.',
    labelNames: ['quantile'],
    registers,
    collect() {
      tell(this, regimes.current.truth)
    },
  })
  const recent = createRecent()
  new Gauge({
    name: 'lab_recent_delay_quantile_seconds',
    help: 'Exact quantiles of the delays of the requests that rate(…[1m]) of a histogram is about.',
    labelNames: ['quantile'],
    registers,
    collect() {
      tell(this, recent.scraped())
    },
  })
  const delay = new Histogram({
    name: 'lab_delay_seconds',
    help: 'The delays that were injected into served requests, in buckets of 25 ms.',
    buckets: delayBounds,
    registers,
  })
  new Gauge({
    name: 'lab_behaviour_info',
    help: 'Always 1; its label names the behaviour in force.',
    labelNames: ['behaviour'],
    registers,
    collect() {
      this.reset()
      this.set({ behaviour: regimes.current.name }, 1)
    },
  })
  new Gauge({
    name: 'lab_behaviour_change_timestamp_seconds',
    help: 'When the behaviour in force came into force, since the epoch; absent until the first change.',
    labelNames: ['behaviour'],
    registers,
    collect() {
      this.reset()
      const { name, changedAtSeconds } = regimes.current
      if (changedAtSeconds !== undefined) this.set({ behaviour: name }, changedAtSeconds)
    },
  })

  return function record(delayMs: number): void {
    delay.observe(delayMs / 1000)
    recent.record(delayMs)
  }
}

/** Sets a gauge to the quantiles of a distribution; where it is empty, there are none. */
const tell = (gauge: Gauge<'quantile'>, { quantileMs }: Truth) => {
  gauge.reset()
  for (const q of quantiles) {
    const delayMs = quantileMs(q)
    if (delayMs !== undefined) gauge.set({ quantile: q }, delayMs / 1000)
  }
}
