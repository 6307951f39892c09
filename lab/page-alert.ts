import type { Prometheus, Sample } from './prometheus.ts'

const server = 'job="httpserver"'

/** The windows of the page-level alert: both of the first pair, or both of the second, must be above its limit. */
const windows = ['1m', '20s', '6m', '30s'] as const

const page = `ALERTS{alertname="ErrorBudgetBurn", severity="page", alertstate="firing", ${server}}`

/** What Prometheus has of the server's objectives at a moment. */
export type Seen = {
  /** Requests a second to the routes that have objectives, over the last minute. */
  traffic: number
  /** The objectives for which the page-level alert fires. */
  firing: string[]
  /** How many times too fast each objective's budget is spent, over each window in the order of `windows`. */
  burning: { slo: string; rates: number[] }[]
}

/** Asks Prometheus for all that says whether the page-level alert fires, and why. Throws as `Prometheus` does. */
export async function look(prometheus: Pick<Prometheus, 'query'>): Promise<Seen> {
  const ask = (promql: string) => prometheus.query(promql)
  const rate = `job_http_route:http_server_request_duration_seconds_count:rate1m{${server}, http_route=~"/|/images"}`
  const [traffic, firing, ...burnRates] = await Promise.all([
    ask(`sum(${rate})`),
    ask(page),
    ...windows.map((window) => ask(`job_slo:error_budget:burn_rate${window}{${server}}`)),
  ])
  return {
    traffic: traffic?.[0]?.value ?? 0,
    firing: (firing ?? []).map(sloOf).sort(),
    burning: [...new Set(burnRates.flat().map(sloOf))].sort().map((slo) => ({
      slo,
      rates: burnRates.map((all) => all.find((sample) => sloOf(sample) === slo)?.value ?? 0),
    })),
  }
}

export type AwaitOptions = {
  prometheus: Pick<Prometheus, 'query'>
  /** What to wait for: that the page-level alert fires for any objective, or for none any more. */
  until: 'firing' | 'clear'
  limitSeconds: number
  /** Says what is seen meanwhile. */
  say: (text: string) => void
  sleep: (ms: number) => Promise<unknown>
  /** Milliseconds, from any beginning. */
  now: () => number
}

/**
 * Waits until the page-level alert fires or has cleared. Resolves to how many seconds that took, and what was seen
 * at last; `reached` is false when the limit came first. Throws as `Prometheus` does.
 */
export async function awaitPage({
  prometheus,
  until,
  limitSeconds,
  say,
  sleep,
  now,
}: AwaitOptions): Promise<{ reached: boolean; seconds: number; seen: Seen }> {
  const startedAt = now()
  let said = ''
  for (;;) {
    const seen = await look(prometheus)
    const seconds = Math.round((now() - startedAt) / 1000)
    const reached = seen.firing.length > 0 === (until === 'firing')
    if (reached || seconds >= limitSeconds) return { reached, seconds, seen }
    const line = describeSeen(seen)
    if (line !== said) say(`${String(seconds).padStart(3)} s  ${line}`)
    said = line
    await sleep(1000)
  }
}

/** What was seen, in one line. */
export function describeSeen({ traffic, firing, burning }: Seen): string {
  const rates = burning.map(
    ({ slo, rates: [minute, short, long, half] }) =>
      `${slo} ${factor(minute)} in 1m and ${factor(short)} in 20s, ${factor(long)} in 6m and ${factor(half)} in 30s`,
  )
  return [
    traffic > 0 ? `${traffic.toFixed(1)} requests a second` : 'no requests: run make load',
    `burn rates: ${rates.join('; ') || 'none'}`,
    `the page-level alert ${firing.length > 0 ? `fires: ${firing.join(', ')}` : 'does not fire'}`,
  ].join('; ')
}

const sloOf = ({ labels }: Sample) => labels.slo ?? ''

const factor = (rate = 0) => `${rate.toFixed(1)}×`
