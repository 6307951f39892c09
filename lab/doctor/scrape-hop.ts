import { type Answer, jsonOf, refusalOf } from './answer.ts'
import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'
import { translateScrapeError } from './scrape-error.ts'
import { judgeUnreachable, type Unreachable } from './unreachable.ts'

/** A target as Prometheus lists it (https://prometheus.io/docs/prometheus/latest/querying/api/#targets). */
export type Target = {
  labels: Record<string, string>
  scrapeUrl: string
  health: 'up' | 'down' | 'unknown'
  lastError: string
  /** RFC 3339; year 1 before the first. */
  lastScrape: string
  /** As in `5s`. */
  scrapeInterval: string
}

/** What the answer of /api/v1/targets lists; empty where it is none. */
export function targetsOf(answer: Answer): Target[] {
  const body = jsonOf(answer) as { data?: { activeTargets?: Target[] } } | undefined
  return body?.data?.activeTargets ?? []
}

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
}

/** Does Prometheus reach the server? Its own account of the last scrape. */
export function judgeScrape({ targets, runtime, now, here }: ScrapeQuestion, mode: Mode): Verdict {
  const refusal = refusalOf(targets)
  if (refusal)
    return { status: 'unknown', what: 'Prometheus does not list its targets', evidence: [refusal] }
  const target = targetsOf(targets).find(({ labels }) => labels.job === 'httpserver')
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
    const { what, advice } = translateScrapeError(lastError, mode === 'docker')
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

/** When Prometheus itself was started, in seconds since the epoch. */
function startOf(runtime: Answer): number | undefined {
  const body = jsonOf(runtime) as { data?: { startTime?: string } } | undefined
  const start = Date.parse(body?.data?.startTime ?? '')
  return Number.isNaN(start) ? undefined : start / 1000
}
