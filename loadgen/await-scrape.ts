import type { MetricObjectWithValues, MetricValue } from 'prom-client'
import type { Metrics } from './metrics.ts'

export type AwaitScrapeOptions = {
  /** The root of a Prometheus. */
  prometheus: URL
  metrics: Metrics
  /** How long to ask, in milliseconds. */
  patienceMs: number
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/** One that has not answered for so long is not there: there is no need to be patient with it. */
const silenceMs = 3000

/** Between two questions; a scrape is seconds away. */
const pauseMs = 250

/**
 * Waits until Prometheus itself shows the final count of every outcome, and answers null, or with the
 * likely reason why it doesn't. The counters of an earlier run are still in Prometheus under the same
 * labels; ours are those whose scrape also brought our start time. Never rejects.
 */
export async function awaitScrape(options: AwaitScrapeOptions): Promise<string | null> {
  const { prometheus, metrics, patienceMs, now, sleep } = options
  const expected = await countsOf(metrics)
  const startTime = (await valuesOf(metrics.startTime))[0]?.value
  const query = `loadgen_requests_total and on (job, instance) loadgen_start_time_seconds == ${startTime}`
  const giveUpAt = now() + patienceMs
  let answeredAt = now()
  while (true) {
    const answer = await ask<InstantVector>(prometheus, 'api/v1/query', { query })
    if (answer.data && shows(answer.data, expected)) return null
    if (answer.data) answeredAt = now()
    const silent = now() - answeredAt >= silenceMs
    if (silent || now() >= giveUpAt) return answer.failure ?? (await likelyReason(prometheus))
    await sleep(pauseMs)
  }
}

type InstantVector = { result: { metric: Record<string, string>; value: [number, string] }[] }

/** Several Prometheus jobs may scrape the same generator; one of them having all is enough. */
const shows = ({ result }: InstantVector, expected: Map<string, number>): boolean => {
  const byTarget = Map.groupBy(result, ({ metric }) => `${metric.job} ${metric.instance}`)
  return [...byTarget.values()].some((samples) => {
    const seen = new Map(samples.map(({ metric, value }) => [metric.outcome, Number(value[1])]))
    return [...expected].every(([outcome, count]) => seen.get(outcome) === count)
  })
}

const likelyReason = async (prometheus: URL): Promise<string> => {
  const { data } = await ask<{ activeTargets: Target[] }>(prometheus, 'api/v1/targets', {
    state: 'active',
  })
  const target = data?.activeTargets.find(({ labels }) => labels.job === 'loadgen')
  if (!target) return 'it has no target with job="loadgen"'
  if (target.health === 'up')
    return `it scrapes ${target.scrapeUrl}, and has not found this run there`
  return `its scrape of ${target.scrapeUrl} fails: ${target.lastError || 'not tried yet'}`
}

type Target = {
  labels: Record<string, string>
  scrapeUrl: string
  health: string
  lastError: string
}

/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
const ask = async <Data>(
  prometheus: URL,
  path: string,
  parameters: Record<string, string>,
): Promise<{ data?: Data; failure?: string }> => {
  const base = prometheus.href.endsWith('/') ? prometheus.href : `${prometheus.href}/`
  const url = new URL(path, base)
  url.search = new URLSearchParams(parameters).toString()
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
    const body = (await response.json()) as { status: string; data: Data; error?: string }
    if (body.status === 'success') return { data: body.data }
    return { failure: `it answered: ${body.error ?? response.status}` }
  } catch (error) {
    const { cause, message } = error as Error
    return { failure: `it does not answer (${(cause as NodeJS.ErrnoException)?.code ?? message})` }
  }
}

const countsOf = async (metrics: Metrics): Promise<Map<string, number>> =>
  new Map(
    (await valuesOf(metrics.requests)).map(({ labels, value }) => [`${labels.outcome}`, value]),
  )

const valuesOf = async (metric: { get(): Promise<MetricObjectWithValues<MetricValue<string>>> }) =>
  (await metric.get()).values
