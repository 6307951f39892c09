import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import { numberOf } from './prometheus-facts.ts'
import { type Target, targetsOf } from './scrape-hop.ts'

/** What tells whether there are samples, and when the next ones come. */
export type SamplesQuestion = {
  targets: Answer
  /** How many scrapes have succeeded in the last minute. */
  samples: Answer
  /** Prometheus' own clock, in seconds since the epoch. */
  now: number
}

/** Has Prometheus two scrapes of the server, which a rate needs, and is the last one recent? */
export function judgeSamples({ targets, samples, now }: SamplesQuestion): Verdict {
  const refusal = refusalOf(targets) ?? refusalOf(samples)
  if (refusal) return { status: 'unknown', what: 'Prometheus did not say', evidence: [refusal] }
  const target = targetsOf(targets).find(({ labels }) => labels.job === 'httpserver')
  if (!target) return { status: 'unknown', what: 'there is no target to have samples of' }
  const interval = secondsOf(target.scrapeInterval)
  const last = lastScrapeOf(target)
  if (last === undefined) {
    return {
      status: 'waiting',
      what: `no samples yet: the first scrape comes within ${interval} s`,
      evidence: [`${target.scrapeUrl}: not scraped yet, each ${target.scrapeInterval}`],
      advice: `wait ${2 * interval} s: a rate needs two scrapes`,
      seconds: 2 * interval,
    }
  }
  const age = now - last
  if (age > 3 * interval) {
    return {
      status: 'broken',
      what: `the last scrape was ${Math.round(age)} s ago, and should be each ${interval} s`,
      evidence: [`${target.scrapeUrl}: lastScrape ${target.lastScrape}`],
      advice: 'see whether the machine has time for Prometheus; make logs shows what it says',
    }
  }
  const count = numberOf(samples) ?? 0
  if (count < 2) {
    const seconds = Math.max(1, Math.ceil(interval - age) + (count === 0 ? interval : 0))
    return {
      status: 'waiting',
      what: `no samples yet to draw: ${count === 0 ? 'none' : 'one'} so far, and a rate needs two; ${seconds} s until then`,
      evidence: [
        `${target.scrapeUrl}: scraped ${age.toFixed(1)} s ago, each ${target.scrapeInterval}`,
        `scrapes that succeeded in the last minute: ${count}`,
      ],
      advice: `wait ${seconds} s`,
      seconds,
    }
  }
  return {
    status: 'ok',
    what: `scraped ${Math.max(0, age).toFixed(1)} s ago, each ${target.scrapeInterval}`,
  }
}

function lastScrapeOf({ lastScrape }: Target): number | undefined {
  const at = Date.parse(lastScrape) / 1000
  return at > 0 ? at : undefined
}

/** Of a duration as Prometheus writes it: 5s, 1m, 1m30s, 500ms. */
function secondsOf(duration: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 }
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)]
  return parts.reduce((sum, [, n, unit = 's']) => sum + Number(n) * (units[unit] ?? 1), 0)
}
