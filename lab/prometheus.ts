/** One sample of an instant query: its labels, and its value. */
export type Sample = { labels: Record<string, string>; value: number }

/** Asks one Prometheus. */
export type Prometheus = {
  /**
   * Evaluates a query that answers with a vector or a scalar, now.
   *
   * @throws an error that says what was asked and what came back, when no answer or no success came
   */
  query: (promql: string) => Promise<Sample[]>
}

/** @param url the root of a Prometheus, such as `http://127.0.0.1:9090` */
export function createPrometheus(url: string): Prometheus {
  return {
    async query(promql) {
      const address = new URL(`api/v1/query?${new URLSearchParams({ query: promql })}`, `${url}/`)
      const answer = await ask(address)
      if (answer.status !== 'success') throw new Error(`${promql}: ${answer.error}`)
      const { resultType, result } = answer.data
      if (resultType === 'scalar') return [{ labels: {}, value: Number(result[1]) }]
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
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
    }
