import { type IncomingMessage, request } from 'node:http'
import { json } from 'node:stream/consumers'

/** A behaviour with its parameters, as the control listener says it. */
export type Chosen = { name: string; parameters: Record<string, number> }

/** A distribution as the control listener says it: quantiles by their q, all in seconds. */
export type Distribution = {
  count: number
  meanSeconds: number | null
  quantileSeconds: Record<string, number | null>
}

/** What the lab reads of the server's truth since the behaviour is in force. */
export type Truth = Chosen &
  Distribution & {
    /** What the formulas give; null where there is no closed form. */
    analytic: (Omit<Distribution, 'count'> & { deviationSeconds: number }) | null
    handler: Distribution & {
      worstExcessesSeconds: number[]
      within: { seconds: number; count: number }[]
    }
    /** Null when LOG_LEVEL has silenced the access log. */
    accessLogLines: number | null
    delays: { seconds: number; count: number }[]
    layouts: Record<string, { bounds: number[] }>
  }

/** Asks the server's control listener. Each function throws what `createControl` says. */
export type Control = {
  names: () => Promise<string[]>
  behaviour: () => Promise<Chosen>
  change: (asked: { name: string; parameters?: Record<string, unknown> }) => Promise<Chosen>
  /** @param more quantiles, 0 to 1, beside the usual ones */
  truth: (more?: number[]) => Promise<Truth>
}

/** The control listener refused what was asked, and named the mistakes. */
export class Refused extends Error {
  readonly mistakes: string[]
  constructor(mistakes: string[]) {
    super(mistakes.join('; '))
    this.mistakes = mistakes
  }
}

/**
 * @param url the root of the control listener, such as `http://127.0.0.1:8081`
 *
 * Its functions throw `Refused` when it answers with mistakes, and an error that says what to do when it
 * can't be reached.
 */
export function createControl(url: string): Control {
  const ask = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
    const { status, answer } = await exchange(new URL(path, url), method, body)
    if (status === 200) return answer as Answer
    throw new Refused((answer as { mistakes?: string[] }).mistakes ?? [`status ${status}`])
  }
  return {
    names: async () => (await ask<Chosen[]>('GET', '/api/behaviours')).map(({ name }) => name),
    behaviour: () => ask('GET', '/api/behaviour'),
    change: (asked) => ask('PUT', '/api/behaviour', asked),
    truth: (more = []) => {
      const query = new URLSearchParams(more.map((q): [string, string] => ['q', String(q)]))
      return ask('GET', `/api/truth?${query}`)
    },
  }
}

/**
 * The listener answers to names of the loopback alone, so that no other site's page can drive it. Under
 * Compose it has another name, and fetch() lets nobody choose the Host: so it is node:http.
 */
async function exchange(url: URL, method: string, body?: unknown) {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const asked = request(url, { method, headers: { Host: 'localhost' }, timeout: 10_000 }, resolve)
  asked.on('error', reject)
  asked.on('timeout', () => asked.destroy(new Error('no answer within 10 s')))
  asked.end(body === undefined ? undefined : JSON.stringify(body))
  try {
    const response = await promise
    return { status: response.statusCode, answer: await json(response) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new Error(unreachable(url.origin, code || message))
  }
}

const unreachable = (url: string, reason: string) =>
  `the server's control listener doesn't answer at ${url} (${reason}): is the lab running (make up)? ` +
  'If the server runs on this machine (make dev), no container reaches its control listener: ' +
  'LAB_MODE=native make … does it from this machine'
