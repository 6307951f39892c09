import { isIP } from 'node:net'
import type { Context } from 'hono'
import type { Logger } from 'pino'
import type { ExchangeObserver, LabEnv } from './exchange.ts'

export type AccessLogOptions = {
  logger: Logger
  /** How many proxies in front of the server are trusted to have told the truth; 0 for none. */
  trustedProxies: number
  /** Routes that are asked all the time by machines: logged at debug level only. */
  quietRoutes: readonly string[]
}

/** Writes one line a request, when it has ended. The query is left out: secrets travel there. */
export function createAccessLog({
  logger,
  trustedProxies,
  quietRoutes,
}: AccessLogOptions): ExchangeObserver {
  // Asked once: the level does not change while the server runs.
  const written = { info: logger.isLevelEnabled('info'), debug: logger.isLevelEnabled('debug') }
  return {
    // Now, because a connection that has been lost no longer knows whose it was.
    started(c) {
      if (written.info) c.set('client', clientAddress(c, trustedProxies))
    },
    ended(c, { route, status, durationMs }) {
      const level = quietRoutes.includes(route) ? 'debug' : 'info'
      if (!written[level]) return
      logger[level](
        {
          client: c.get('client'),
          method: c.req.method,
          route,
          path: c.req.path,
          status,
          durationMs: Math.round(durationMs * 1000) / 1000,
          delayMs: c.get('delayMs'),
        },
        'request',
      )
      c.get('measured')?.countLogLine()
    },
  }
}

/**
 * The client's address: the socket's, or, behind `trustedProxies` proxies, the one that the outermost
 * of them saw: each proxy appends the address that it was called from to `X-Forwarded-For`, so whatever
 * stands further left was written by the client and proves nothing.
 */
export function clientAddress(c: Context<LabEnv>, trustedProxies: number): string | undefined {
  // A listener for both families sees an IPv4 client as ::ffff:127.0.0.1.
  const socketAddress = c.env?.incoming?.socket.remoteAddress?.replace(/^::ffff:/, '')
  if (trustedProxies === 0) return socketAddress
  const chain = (c.req.header('x-forwarded-for') ?? '').split(',').map((entry) => entry.trim())
  const forwarded = chain.at(-trustedProxies)
  return forwarded && isIP(forwarded) ? forwarded : socketAddress
}
