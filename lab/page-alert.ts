import type { Prometheus, Sample } from './prometheus.ts'

const server = 'job="httpserver"'

const page = `ALERTS{alertname="ErrorBudgetBurn", severity="page", alertstate="firing", ${server}}`

/** What Prometheus has of the server's objectives at a moment. */
export type Seen = {
  /** Requests a second to the routes that have objectives, over the last minute. */
  traffic: number
  /** The objectives for which the page-level alert fires. */
  firing: string[]
  /** How many times too fast each objective's budget is spent, over the last minute and the last 20 s. */
  burning: { slo: string; minute: number; now: number }[]
}

/** Asks Prometheus for all that says whether the page-level alert fires, and why. Throws as `Prometheus` does. */
export async function look(prometheus: Pick<Prometheus, 'query'>): Promise<Seen> {
  const ask = (promql: string) => prometheus.query(promql)
  const rate = `job_http_route:http_server_request_duration_seconds_count:rate1m{${server}, http_route=~"/|/images"}`
  const [traffic, firing, minute, now] = await Promise.all([
    ask(`sum(${rate})`),
    ask(page),
    ask(`job_slo:error_budget:burn_rate1m{${server}}`),
    ask(`job_slo:error_budget:burn_rate20s{${server}}`),
  ])
  return {
    traffic: traffic[0]?.value ?? 0,
    firing: firing.map(sloOf).sort(),
    burning: minute
      .map((sample) => {
        const latest = now.find((other) => sloOf(other) === sloOf(sample))
        return { slo: sloOf(sample), minute: sample.value, now: latest?.value ?? 0 }
      })
      .sort((a, b) => (a.slo < b.slo ? -1 : 1)),
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
    ({ slo, minute, now }) => `${slo} ${factor(minute)} (${factor(now)} in the last 20 s)`,
  )
  return [
    traffic > 0 ? `${traffic.toFixed(1)} requests a second` : 'no requests: run make load',
    `burn rates of the last minute: ${rates.join(', ') || 'none'}`,
    `the page-level alert ${firing.length > 0 ? `fires: ${firing.join(', ')}` : 'does not fire'}`,
  ].join('; ')
}

const sloOf = ({ labels }: Sample) => labels.slo ?? ''

const factor = (rate: number) => `${rate.toFixed(1)}×`
