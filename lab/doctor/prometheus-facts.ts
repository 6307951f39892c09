import { type Answer, jsonOf } from './answer.ts'

/** What one Prometheus says, each as its own answer. */
export type PrometheusFacts = {
  ready: Answer
  targets: Answer
  rules: Answer
  runtime: Answer
  /** What it says of itself. */
  metrics: Answer
  /** Its clock, and ours half-way through the question, in seconds since the epoch. */
  time: Answer
  hereAt: number
  /** How many scrapes of each target have succeeded in the last minute: `up` is 1 for each. */
  samples: Answer
  /** The p95 of the last minute. */
  p95: Answer
  /** Of the last minute: how late 1 % of the generator's requests were or more, in seconds. */
  lateness: Answer
  /** Of the last minute: requests that were never sent. */
  neverSent: Answer
}

const queries = {
  samples: 'sum_over_time(up[1m])',
  p95: 'histogram_quantile(0.95, sum by (le) (rate(lab_request_duration_seconds_bucket{job="httpserver"}[1m])))',
  lateness:
    'histogram_quantile(0.99, sum by (le) (rate(loadgen_lateness_seconds_bucket{job="loadgen"}[1m])))',
  neverSent: 'sum(increase(loadgen_requests_total{job="loadgen",outcome="never_sent"}[1m]))',
}

/**
 * Asks a Prometheus everything at once.
 *
 * @param url its root
 * @param get asks an address with GET, in a limited time
 * @param now seconds since the epoch
 */
export async function askPrometheus(
  url: string,
  get: (url: string) => Promise<Answer>,
  now: () => number,
): Promise<PrometheusFacts> {
  const query = (promql: string) =>
    get(`${url}/api/v1/query?${new URLSearchParams({ query: promql })}`)
  const clock = async () => {
    const before = now()
    const time = await query('time()')
    return { time, hereAt: (before + now()) / 2 }
  }
  const [
    { time, hereAt },
    ready,
    targets,
    rules,
    runtime,
    metrics,
    samples,
    p95,
    lateness,
    neverSent,
  ] = await Promise.all([
    clock(),
    get(`${url}/-/ready`),
    get(`${url}/api/v1/targets?state=active`),
    get(`${url}/api/v1/rules`),
    get(`${url}/api/v1/status/runtimeinfo`),
    get(`${url}/metrics`),
    query(queries.samples),
    query(queries.p95),
    query(queries.lateness),
    query(queries.neverSent),
  ])
  return {
    ready,
    targets,
    rules,
    runtime,
    metrics,
    time,
    hereAt,
    samples,
    p95,
    lateness,
    neverSent,
  }
}

/** The one value that a query answered with; undefined where there is none. */
export function numberOf(answer: Answer): number | undefined {
  type Point = [number, string]
  const body = jsonOf(answer) as
    | { data?: { resultType: string; result: Point | { value: Point }[] } }
    | undefined
  const { resultType, result } = body?.data ?? {}
  const point =
    resultType === 'scalar' ? (result as Point) : (result as { value: Point }[])?.[0]?.value
  return point ? Number(point[1]) : undefined
}

/** What a query answered with, each series with its labels and value; empty where it is no vector. */
export function pointsOf(answer: Answer): { metric: Record<string, string>; value: number }[] {
  type Series = { metric: Record<string, string>; value: [number, string] }
  const body = jsonOf(answer) as { data?: { resultType: string; result: Series[] } } | undefined
  if (body?.data?.resultType !== 'vector') return []
  return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}
