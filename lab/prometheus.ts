/** One sample of an instant query: its labels, and its value. */
export type Sample = { labels: Record<string, string>; value: number }

/** One series as it was scraped: its labels, and each value with its time in Unix seconds. */
export type Series = { labels: Record<string, string>; points: { at: number; value: number }[] }

/** Asks one Prometheus. */
export type Prometheus = {
  /**
   * Evaluates a query that answers with a vector or a scalar, now.
   *
   * @throws an error that says what was asked and what came back, when no answer or no success came
   */
  query: (promql: string) => Promise<Sample[]>
  /** The same for a range vector, such as `up[5m]`: what was scraped in the range. */
  points: (promql: string) => Promise<Series[]>
}

/** @param url the root of a Prometheus, such as `http://127.0.0.1:9090` */
export function createPrometheus(url: string): Prometheus {
  const evaluate = async (promql: string) => {
    const address = new URL(`api/v1/query?${new URLSearchParams({ query: promql })}`, `${url}/`)
    const answer = await ask(address)
    if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`)
    return answer.data
  }
  return {
    async query(promql) {
      const data = await evaluate(promql)
      if (data.resultType === 'matrix') throw new Error(`${promql}: is a range vector`)
      if (data.resultType === 'scalar') return [{ labels: {}, value: Number(data.result[1]) }]
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    },
    async points(promql) {
      const data = await evaluate(promql)
      if (data.resultType !== 'matrix') throw new Error(`${promql}: is no range vector`)
      return data.result.map(({ metric, values }) => ({
        labels: metric,
        points: values.map(([at, value]) => ({ at, value: Number(value) })),
      }))
    },
  }
}

async function ask(address: URL): Promise<Answer> {
  try {
    return (await (await fetch(address)).json()) as Answer
  } catch (error) {
    const { cause, message } = error as Error
    const reason = (cause as NodeJS.ErrnoException)?.code ?? message
    throw new Error(
      `Prometheus doesn't answer at ${address.origin} (${reason}): is the lab running (make up)?`,
    )
  }
}

type Point = [time: number, value: string]

type Answer =
  | { status: 'error'; error: string }
  | {
      status: 'success'
      data:
        | { resultType: 'scalar'; result: Point }
        | { resultType: 'vector'; result: { metric: Record<string, string>; value: Point }[] }
        | { resultType: 'matrix'; result: { metric: Record<string, string>; values: Point[] }[] }
    }
