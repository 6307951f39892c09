import { gain } from './gain.ts'
import type { Prometheus } from './prometheus.ts'

/** What the lab compares: what a client saw with what Prometheus shows of the same requests. */
export type Row = { name: string; client: number; prometheus: number }

export type Clock = { sleep: (ms: number) => Promise<unknown>; patienceMs: number }

const requests = 'lab_request_duration_seconds'

/** The lab's own server: others may be scraped, too, and come and go. */
const ofServer = '{job="httpserver"}'

const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const

/** What this module reads of the load generator's result: counts, and seconds. */
export type ClientResult = {
  ok: number
  httpErrors: number
  statusCodes: Record<string, number>
  serviceTime: Record<keyof typeof quantiles, number | null>
}

/** How many requests the server served: all that it answered, but for those it turned away with 503. */
export function servedOf({ ok, httpErrors, statusCodes }: ClientResult): number {
  return ok + httpErrors - (statusCodes[503] ?? 0)
}

const up = 'up{job="httpserver"}'

/**
 * Waits until Prometheus has scraped the server after the moment of the call, so that what it shows is
 * not older than that. Resolves to when that scrape was, by Prometheus' own clock, in Unix seconds: at
 * that instant (`metric @ instant`) it has what this scrape brought, and not what an earlier server left.
 *
 * @throws when that doesn't come within `patienceMs`, with where Prometheus says why
 */
export async function freshScrape(prometheus: Prometheus, { sleep, patienceMs }: Clock) {
  const [now] = await prometheus.query('time()')
  if (!now) throw new Error('Prometheus does not know what time it is')
  // timestamp() knows when a sample was scraped only if it is given a bare selector.
  const fresh = `timestamp(${up}) > ${now.value} and ${up} == 1`
  for (let waitedMs = 0; waitedMs <= patienceMs; waitedMs += 250) {
    const [scrape] = await prometheus.query(fresh)
    if (scrape) return scrape.value
    await sleep(250)
  }
  throw new Error(
    `Prometheus has not scraped the server for ${patienceMs / 1000} s: its page Status > Target health says why`,
  )
}

/** Is what Prometheus scrapes as the server the lab's own? Its histograms begin at zero with its first scrape. */
export async function isLabServer(prometheus: Prometheus): Promise<boolean> {
  return (await prometheus.query(`${requests}_count{job="httpserver"}`)).length > 0
}

/** Was the server started anew after `since`, in Unix seconds? Its counters began at zero then. */
export async function restartedSince(prometheus: Prometheus, since: number): Promise<boolean> {
  const started = `process_start_time_seconds{job="httpserver"} > ${since}`
  return (await prometheus.query(started)).length > 0
}

/**
 * What Prometheus has of the requests since `since`: their count, and quantiles by the linear layout.
 *
 * @param since Unix seconds, as `freshScrape` gives them
 */
export async function comparePicture(
  prometheus: Prometheus,
  client: ClientResult,
  since: number,
): Promise<Row[]> {
  const first = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? Number.NaN
  const rows = [
    {
      name: 'requests',
      client: servedOf(client),
      prometheus: await first(gain(`${requests}_count${ofServer}`, '', since)),
    },
  ]
  for (const [name, q] of Object.entries(quantiles)) {
    const ofGained = `histogram_quantile(${q}, ${gain(`${requests}_bucket${ofServer}`, 'le', since)})`
    rows.push({
      name,
      client: client.serviceTime[name as keyof typeof quantiles] ?? Number.NaN,
      prometheus: await first(ofGained),
    })
  }
  return rows
}

/** The rows as a table for a terminal. */
export function renderPicture(rows: Row[]): string {
  const cell = (name: string, value: number) =>
    (name === 'requests' ? String(value) : `${value.toFixed(3)} s`).padStart(12)
  const lines = rows.map(
    ({ name, client, prometheus }) =>
      `  ${name.padEnd(10)}${cell(name, client)}${cell(name, prometheus)}`,
  )
  return [`  ${''.padEnd(10)}${'client'.padStart(12)}${'Prometheus'.padStart(12)}`, ...lines].join(
    '\n',
  )
}
