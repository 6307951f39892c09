import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import { pointsOf } from './prometheus-facts.ts'
import { lastScrapeOf, type Target } from './targets.ts'

/** What tells whether there are samples, and when the next ones come. */
export type SamplesQuestion = {
  /** What Prometheus answered, and which of the targets that it lists are looked at. */
  targets: Answer
  of: (targets: Answer) => Target[]
  /** How many scrapes of each target have succeeded in the last minute. */
  samples: Answer
  /** Prometheus' own clock, in seconds since the epoch. */
  now: number
}

/** Has Prometheus two scrapes of each of them, which a rate needs, and is the last one recent? */
export function judgeSamples({ targets, of, samples, now }: SamplesQuestion): Verdict {
  const refusal = refusalOf(targets) ?? refusalOf(samples)
  if (refusal) return { status: 'unknown', what: 'Prometheus did not say', evidence: [refusal] }
  const verdicts = of(targets).map((target) => judgeTarget(target, countOf(target, samples), now))
  const [first] = verdicts
  return (
    verdicts.find(({ status }) => status === 'broken') ??
    verdicts.find(({ status }) => status !== 'ok') ??
    first ?? { status: 'unknown', what: 'there is no target to have samples of' }
  )
}

/** @param count how many scrapes of it have succeeded in the last minute */
function judgeTarget(target: Target, count: number, now: number): Verdict {
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

function countOf({ labels }: Target, samples: Answer): number {
  const its = pointsOf(samples).find(
    ({ metric }) => metric.job === labels.job && metric.instance === labels.instance,
  )
  return its?.value ?? 0
}

/** Of a duration as Prometheus writes it: 5s, 1m, 1m30s, 500ms. */
function secondsOf(duration: string): number {
  const units: Record<string, number> = { ms: 0.001, s: 1, m: 60, h: 3600 }
  const parts = [...duration.matchAll(/(\d+)(ms|s|m|h)/g)]
  return parts.reduce((sum, [, n, unit = 's']) => sum + Number(n) * (units[unit] ?? 1), 0)
}
