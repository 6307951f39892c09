/** A series as Prometheus answers with it: one value for each of the times asked for, where it has one. */
export type Answer = { labels: Record<string, string>; values: { at: number; value: number }[] }

/** Asks a Prometheus about the past, at times of one's own choice. */
export type Asked = {
  /** @throws what Prometheus says of a query that it doesn't take */
  at: (promql: string, end: number) => Promise<Answer[]>
  /** One value each `stepSeconds`, the last one at `end`. */
  over: (promql: string, start: number, end: number, stepSeconds: number) => Promise<Answer[]>
}

/** @param url the root of a Prometheus */
export function createAsked(url: string): Asked {
  const ask = async (path: string, parameters: Record<string, string>): Promise<Answer[]> => {
    const body = new URLSearchParams(parameters)
    const response = await fetch(`${url}/api/v1/${path}`, { method: 'POST', body })
    const { status, error, data } = (await response.json()) as Json
    if (status !== 'success') throw new Error(`${parameters.query}: ${error}`)
    const points = (series: Series) => series.values ?? (series.value ? [series.value] : [])
    return data.result.map((series) => ({
      labels: series.metric,
      values: points(series).map(([at, value]) => ({ at, value: Number(value) })),
    }))
  }
  return {
    at: (query, end) => ask('query', { query, time: `${end}` }),
    over: (query, start, end, stepSeconds) => {
      const steps = Math.floor((end - start) / stepSeconds)
      const from = end - steps * stepSeconds
      return ask('query_range', {
        query,
        start: from.toFixed(3),
        end: end.toFixed(3),
        step: `${stepSeconds}`,
      })
    },
  }
}

type Point = [at: number, value: string]
type Series = { metric: Record<string, string>; value?: Point; values?: Point[] }
type Json = { status: string; error?: string; data: { result: Series[] } }
