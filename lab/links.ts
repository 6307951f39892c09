/** Where a person looks next: a name, an address, and what is to be seen there. */
export type Link = { name: string; url: string; look: string; running: boolean }

export type Ports = { control: number; prometheus: number; grafana: number }

const p95 = 'histogram_quantile(0.95, sum by (le) (rate(lab_request_duration_seconds_bucket[1m])))'

/** The lab's four addresses on this machine, the server's with https: if it is `secure`; `running` is filled in by who knows. */
export function links(
  { control, prometheus, grafana }: Ports,
  { secure = false } = {},
): Record<'console' | 'grafana' | 'prometheus' | 'server', Omit<Link, 'running'>> {
  const graph = new URLSearchParams({ 'g0.expr': p95, 'g0.tab': '0', 'g0.range_input': '15m' })
  return {
    console: {
      name: 'console',
      url: `http://localhost:${control}`,
      look: 'what happened, and what your buckets make of it; behaviours and load at a click',
    },
    grafana: {
      name: 'Grafana',
      url: `http://localhost:${grafana}/d/latency-distribution`,
      look: 'the distribution over time, its quantiles, and what they hide',
    },
    prometheus: {
      name: 'Prometheus',
      url: `http://localhost:${prometheus}/graph?${graph}`,
      look: 'the 95th percentile of the last 15 minutes, and the query that makes it',
    },
    server: {
      name: 'server',
      url: `${secure ? 'https' : 'http'}://localhost:8080/images`,
      look: 'one request and its delay; /metrics has what Prometheus reads',
    },
  }
}

/** The links as lines for a terminal. */
export function renderLinks(all: Link[]): string {
  return all
    .map(({ name, url, look, running }) =>
      running
        ? `  ${name.padEnd(12)}${url}\n${''.padEnd(14)}${look}`
        : `  ${name.padEnd(12)}not running (make up says why)`,
    )
    .join('\n')
}
