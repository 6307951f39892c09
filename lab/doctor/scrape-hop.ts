import { type Answer, refusalOf } from './answer.ts'
import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'
import { type Asked, translateScrapeError } from './scrape-error.ts'
import { serverTargets, startOf } from './targets.ts'
import { judgeUnreachable, type Unreachable } from './unreachable.ts'

/** A Prometheus that was just started takes up to 5 s to know its targets. */
const discoverySeconds = 6

/** The interval of prometheus.yml, in seconds. */
const interval = 5

export type ScrapeQuestion = {
  targets: Answer
  /** What this machine sees of the server, of which a container has another sight; undefined without containers. */
  here?: Omit<Unreachable, 'lastError'> | undefined
  /** What tells when Prometheus was started. */
  runtime: Answer
  /** Prometheus' own clock, in seconds since the epoch. */
  now: number
  whose: Asked['whose']
}

/** Does Prometheus reach the server? Its own account of the last scrape. */
export function judgeScrape(
  { targets, runtime, now, here, whose }: ScrapeQuestion,
  mode: Mode,
): Verdict {
  const refusal = refusalOf(targets)
  if (refusal)
    return { status: 'unknown', what: 'Prometheus does not list its targets', evidence: [refusal] }
  const [target] = serverTargets(targets)
  const started = startOf(runtime)
  if (!target && started !== undefined && now - started < discoverySeconds) {
    const seconds = Math.ceil(discoverySeconds - (now - started)) + 2 * interval
    return {
      status: 'waiting',
      what: `no samples yet: Prometheus was just started; at most ${seconds} s until there are`,
      evidence: [`${targets.url}: empty, ${(now - started).toFixed(1)} s after the start`],
      advice: `wait ${seconds} s: it finds its targets within 5 s, and a rate needs two scrapes`,
      seconds,
    }
  }
  if (!target) {
    return {
      status: 'broken',
      what: 'Prometheus has no target of the job httpserver',
      evidence: [`${targets.url} lists none`],
      advice: 'put back the job httpserver in prometheus/prometheus.yml, then make up',
    }
  }
  const { scrapeUrl, health, lastError } = target
  if (health === 'down') {
    const unreachable = here && judgeUnreachable({ lastError, ...here })
    if (unreachable) {
      const said = `${scrapeUrl}: ${lastError}`
      return { ...unreachable, evidence: [said, ...(unreachable.evidence ?? [])] }
    }
    const asked = { url: scrapeUrl, job: 'httpserver', whose, inContainer: mode === 'docker' }
    const { what, advice } = translateScrapeError(lastError, asked)
    return {
      status: 'broken',
      what: `Prometheus can't scrape the server: ${what}`,
      evidence: [`${scrapeUrl}: ${lastError}`],
      advice,
    }
  }
  return {
    status: 'ok',
    what:
      health === 'up' ? `Prometheus scrapes ${scrapeUrl}` : `Prometheus is to scrape ${scrapeUrl}`,
  }
}
