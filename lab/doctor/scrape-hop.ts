import { type Answer, jsonOf, refusalOf } from './answer.ts'
import type { Mode } from './facts.ts'
import type { Verdict } from './finding.ts'
import { translateScrapeError } from './scrape-error.ts'

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

/** Does Prometheus reach the server? Its own account of the last scrape. */
export function judgeScrape(targets: Answer, mode: Mode): Verdict {
  const refusal = refusalOf(targets)
  if (refusal)
    return { status: 'unknown', what: 'Prometheus does not list its targets', evidence: [refusal] }
  const target = targetsOf(targets).find(({ labels }) => labels.job === 'httpserver')
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
    const { what, advice } = translateScrapeError(lastError, mode === 'docker')
    return {
      status: 'broken',
      what: `Prometheus can't scrape the server: ${what}`,
      evidence: [`${scrapeUrl}: ${lastError}`],
      advice,
    }
  }
  return { status: 'ok', what: `Prometheus scrapes ${scrapeUrl}` }
}
