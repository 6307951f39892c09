/** What became of a batch. */
export type Answer =
  | { outcome: 'written' }
  /** The batch is at fault, and would be again: it is not to be sent once more. */
  | { outcome: 'refused'; why: string }
  /** The batch may be taken later. */
  | { outcome: 'failed'; why: string }

/** Sends lines; never throws. `timeoutMs` is for each request that it takes. */
export type Write = (lines: string, timeoutMs: number) => Promise<Answer>

export type WriterOptions = {
  /** Where the database is, without credentials. */
  url: string
  database: string
  user?: string | undefined
  password?: string | undefined
  fetch?: typeof globalThis.fetch
}

/** The status codes that are about what was sent: bad lines or fields, too much of them. The rest may pass. */
const refusals = [400, 413, 422]

/**
 * Makes the function that sends lines to `/write`, which InfluxDB 1 has, and 2 and 3 have for its sake:
 * https://docs.influxdata.com/influxdb/v1/tools/api/#write-http-endpoint. Where InfluxDB 1 has no such database, it is
 * made; 3 makes it by itself, and in 2 it is a bucket that has to be made by somebody who may.
 */
export function createWriter({
  url,
  database,
  user = '',
  password = '',
  fetch = globalThis.fetch,
}: WriterOptions): Write {
  const base = url.endsWith('/') ? url : `${url}/`
  const headers =
    user || password
      ? { Authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
      : {}
  const parameters = new URLSearchParams({ db: database, precision: 'ms' })
  const post = async (path: string, body: string | URLSearchParams, timeoutMs: number) => {
    const response = await fetch(new URL(path, base), {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    })
    // To the end in any case: a connection with an answer in it serves no further request.
    return { ok: response.ok, status: response.status, said: saidIn(await response.text()) }
  }
  const send = (lines: string, timeoutMs: number) => post(`write?${parameters}`, lines, timeoutMs)
  const create = async (timeoutMs: number) => {
    const q = `CREATE DATABASE "${database}"`
    const { ok, status, said } = await post('query', new URLSearchParams({ q }), timeoutMs)
    return ok && said === '' ? undefined : `${status} ${said}`.trim()
  }

  return async function write(lines, timeoutMs) {
    try {
      let answer = await send(lines, timeoutMs)
      if (answer.status === 404) {
        const refusal = await create(timeoutMs)
        if (refusal) {
          return {
            outcome: 'failed',
            why: `it has no database ${database} (INFLUX_DATABASE), and did not make it: ${refusal}`,
          }
        }
        answer = await send(lines, timeoutMs)
      }
      const { ok, status, said } = answer
      if (ok) return { outcome: 'written' }
      const why = `it answers ${status} ${said}`.trim()
      if (refusals.includes(status)) return { outcome: 'refused', why }
      const hint = [401, 403].includes(status) ? ': see INFLUX_USER and INFLUX_PASSWORD' : ''
      return { outcome: 'failed', why: why + hint }
    } catch (error) {
      return { outcome: 'failed', why: whyNot(error as Error, timeoutMs) }
    }
  }
}

/** The error in an answer, in one line; InfluxDB answers a query that it refused with 200. */
function saidIn(body: string): string {
  try {
    const { error, message, results = [] } = JSON.parse(body)
    const said = error ?? message ?? results.find((each: { error?: string }) => each.error)?.error
    return said === undefined ? '' : oneLine(String(said))
  } catch {
    return oneLine(body)
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 300)

function whyNot({ name, message, cause }: Error, timeoutMs: number): string {
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`
  const { code, message: reason } = (cause ?? {}) as NodeJS.ErrnoException
  return code ?? reason ?? message
}
