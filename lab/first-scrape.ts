import type { Target as ActiveTarget } from './doctor/targets.ts'
import { createPrometheus } from './prometheus.ts'
import { hostName, scrapeUrl, type Target } from './target.ts'

export type FirstScrapeOptions = {
  /** The root of the Prometheus. */
  prometheusUrl: string
  /** Only a scrape after this moment counts, in Unix milliseconds. */
  sinceMs: number
  sleep: (ms: number) => Promise<unknown>
  /** It takes 15 s at most: a file is noticed within 5 s, what was noticed is taken up within 5 s, then comes the next scrape. */
  patienceMs?: number
}

/** How a target answered: what histograms it has, by name, and whether anything is in them; or why it did not. */
export type FirstScrape = { histograms: string[]; counted: boolean } | { error: string }

/**
 * Waits until Prometheus has asked a target after `sinceMs`, and says how that went; or that it has not, when
 * that doesn't come in time.
 *
 * @throws when Prometheus doesn't answer
 */
export async function firstScrape(
  target: Target,
  options: FirstScrapeOptions,
): Promise<FirstScrape> {
  const { prometheusUrl, sinceMs, sleep, patienceMs = 20_000 } = options
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += pollMs) {
    const found = (await activeTargets(prometheusUrl)).find(
      (each) => asHere(each.scrapeUrl) === asHere(scrapeUrl(target)),
    )
    if (found && found.health !== 'unknown' && Date.parse(found.lastScrape) > sinceMs) {
      if (found.health === 'down') return { error: found.lastError }
      return histogramsOf(found.labels, prometheusUrl)
    }
    await sleep(pollMs)
  }
  return { error: `Prometheus has not asked it for ${patienceMs / 1000} s` }
}

const pollMs = 250

/** Not about requests: the process that a service runs in, and sizes. The dashboard *Your service* leaves out the same. */
export const otherHistograms = '(go|jvm|nodejs|process|python|dotnet)_.+|.+_bytes'

/**
 * Where all are plain processes the host has another name, and the lab's own job may ask over https: the address is
 * the same.
 */
const asHere = (url: string) =>
  url.replace(/^https?:/, '').replace(`//${hostName}:`, '//127.0.0.1:')

/** https://prometheus.io/docs/prometheus/latest/querying/api/#targets */
async function activeTargets(prometheusUrl: string): Promise<ActiveTarget[]> {
  const answer = await fetch(`${prometheusUrl}/api/v1/targets?state=active`)
  const { data } = (await answer.json()) as { data: { activeTargets: ActiveTarget[] } }
  return data.activeTargets
}

/**
 * What histograms a target has, by what it says of their types: a histogram with labels has no series before the first
 * request. https://prometheus.io/docs/prometheus/latest/querying/api/#querying-target-metadata
 */
async function histogramsOf(
  { job, instance }: Record<string, string>,
  prometheusUrl: string,
): Promise<{ histograms: string[]; counted: boolean }> {
  const target = `job=${JSON.stringify(job)}, instance=${JSON.stringify(instance)}`
  const asked = new URLSearchParams({ match_target: `{${target}}` })
  const answer = await fetch(`${prometheusUrl}/api/v1/targets/metadata?${asked}`)
  const { data = [] } = (await answer.json()) as { data?: { metric: string; type: string }[] }
  const others = new RegExp(`^(${otherHistograms})$`)
  const found = data.filter(({ metric, type }) => type === 'histogram' && !others.test(metric))
  const histograms = [...new Set(found.map(({ metric }) => metric))].sort()
  const buckets = histograms.map((name) => `${name}_bucket`).join('|')
  const series = `count({__name__=~"${buckets}", ${target}})`
  const [counted] = histograms.length > 0 ? await createPrometheus(prometheusUrl).query(series) : []
  return { histograms, counted: counted !== undefined }
}
