import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { Measured } from './measured.ts'

/** What a request carries through the app: Node's own objects, and what was found out about it. */
export type LabEnv = {
  Bindings: Partial<HttpBindings>
  Variables: { client?: string | undefined; delayMs?: number; measured?: Measured }
}

export type LabHandler = (c: Context<LabEnv>) => Response | Promise<Response>

/** How one request ended. */
export type Outcome = {
  /** The pattern of the route that answered; never the path that was asked for. */
  route: string
  /** The status that was sent, or `ABORTED` when the client went away before it had the response. */
  status: number
  /** From the request's arrival to the last byte handed to the kernel, in milliseconds. */
  durationMs: number
}

/** Whoever wants to know of each request: the metrics, the access log. */
export type ExchangeObserver = {
  /** There is such a route. */
  registered?: (route: string) => void
  started: (c: Context<LabEnv>) => void
  ended: (c: Context<LabEnv>, outcome: Outcome) => void
}

/**
 * The status of a request whose client went away: nginx' 499, "client closed request". It was never
 * sent, since nobody was there, and no handler sends it, so it can't be mistaken for an answer.
 */
export const ABORTED = 499

/** The route of all requests that no route matches: one constant, so that paths can't make series. */
export const UNMATCHED = 'unmatched'

/**
 * Makes the middleware that tells its observers when a request starts and how it ended. It is wrapped
 * around a route's handler instead of given to `app.use`, for two reasons: it knows its route, and Hono
 * runs a lone handler without its compose loop, which alone would cost more than the metrics do.
 *
 * A handler is done when the response's headers are ready, before a streamed body has been sent, and
 * whether or not the client is still there. So the end is Node's own `close` event of the response: it
 * comes once, after the last byte or when the connection is lost. Under `app.request()`, where there is
 * no connection, the end is when the handler is done.
 */
export function observeExchanges(
  observers: ExchangeObserver[],
  now: () => number = performance.now.bind(performance),
) {
  return function observed(route: string, handler: LabHandler): LabHandler {
    for (const observer of observers) observer.registered?.(route)
    return function exchange(c) {
      const startedAt = now()
      for (const observer of observers) observer.started(c)
      const end = (status: number) => {
        const outcome = { route, status, durationMs: now() - startedAt }
        for (const observer of observers) observer.ended(c, outcome)
      }
      const outgoing = c.env?.outgoing
      if (!outgoing) return withoutConnection(() => handler(c), end)
      outgoing.on('close', () => end(outgoing.writableFinished ? outgoing.statusCode : ABORTED))
      return handler(c)
    }
  }
}

async function withoutConnection(
  handle: () => Response | Promise<Response>,
  end: (status: number) => void,
) {
  let status = 500
  try {
    const response = await handle()
    status = response.status
    return response
  } finally {
    end(status)
  }
}
