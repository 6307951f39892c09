import { type Answer, jsonOf } from './answer.ts'

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

/**
 * The jobs of the lab's own parts; every other one is a service of somebody's own, or one that discovery has found. The
 * generator is there during a run only.
 */
const labJobs = ['httpserver', 'prometheus', 'loadgen', 'etcd', 'discovery']

/** The targets in the place of the lab's server. */
export const serverTargets = (answer: Answer): Target[] =>
  targetsOf(answer).filter(({ labels }) => labels.job === 'httpserver')

/** The targets that somebody has added to the lab's. */
export const ownTargets = (answer: Answer): Target[] =>
  targetsOf(answer).filter(({ labels }) => !labJobs.includes(labels.job ?? ''))

/** Those among them that answered last time, or have not been asked yet. */
export const reachedTargets = (answer: Answer): Target[] =>
  ownTargets(answer).filter(({ health }) => health !== 'down')

/** When a target was asked last, in seconds since the epoch; undefined where it has not been yet. */
export function lastScrapeOf({ lastScrape }: Target): number | undefined {
  const at = Date.parse(lastScrape) / 1000
  return at > 0 ? at : undefined
}

/** When Prometheus itself was started, by /api/v1/status/runtimeinfo, in seconds since the epoch. */
export function startOf(runtime: Answer): number | undefined {
  const body = jsonOf(runtime) as { data?: { startTime?: string } } | undefined
  const start = Date.parse(body?.data?.startTime ?? '')
  return Number.isNaN(start) ? undefined : start / 1000
}
