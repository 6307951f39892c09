import type { Prometheus } from './prometheus.ts'

/** What the lab compares: what a client saw with what Prometheus shows of the same requests. */
export type Row = { name: string; client: number; prometheus: number }

export type Clock = { sleep: (ms: number) => Promise<unknown>; patienceMs: number }

const requests = 'lab_request_duration_seconds'

const quantiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99 } as const

/** What this module reads of the load generator's result: counts, and seconds. */
export type ClientResult = {
  ok: number
  serviceTime: Record<keyof typeof quantiles, number | null>
}

/**
 * Waits until Prometheus has scraped the server after the moment of the call, so that what it shows is
 * not older than that. Resolves to that moment, by Prometheus' own clock, in Unix seconds.
 *
 * @throws when that doesn't come within `patienceMs`, with what Prometheus says of its target
 */
export async function freshScrape(prometheus: Prometheus, { sleep, patienceMs }: Clock) {
  const [now] = await prometheus.query('time()')
  if (!now) throw new Error('Prometheus does not know what time it is')
  for (let waitedMs = 0; ; waitedMs += 250) {
    // timestamp() knows when a sample was scraped only if it is given a bare selector.
    const up = 'up{job="httpserver"}'
    const fresh = `timestamp(${up}) > ${now.value} and ${up} == 1`
    if ((await prometheus.query(fresh)).length > 0) return now.value
    if (waitedMs >= patienceMs) {
      throw new Error(
        `Prometheus has not scraped the server for ${patienceMs / 1000} s: its page Status > Target health has the reason`,
      )
    }
    await sleep(250)
  }
}

/**
 * What Prometheus has of the requests since `since`: their count, and quantiles by the linear layout.
 * It is the plain difference of two scrapes; `increase()` would extrapolate to the edges of its window.
 *
 * @param since Unix seconds
 */
export async function comparePicture(
  prometheus: Prometheus,
  client: ClientResult,
  since: number,
): Promise<Row[]> {
  const gained = (metric: string, by: string) => {
    const sum = `sum by (${by}) (${metric})`
    return `${sum} - (sum by (${by}) (${metric} @ ${since}) or ${sum} * 0)`
  }
  const first = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? Number.NaN
  const rows = [
    {
      name: 'requests',
      client: client.ok,
      prometheus: await first(gained(`${requests}_count`, '')),
    },
  ]
  for (const [name, q] of Object.entries(quantiles)) {
    const ofGained = `histogram_quantile(${q}, ${gained(`${requests}_bucket`, 'le')})`
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
