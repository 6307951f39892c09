import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Histogram, Registry } from 'prom-client'
import type { Request } from './run.ts'

/** The bounds of the shop's histogram, in milliseconds. */
export const shopBounds = [10, 50, 100, 250, 500, 1000]

/** What the shop has measured, of all its life, and how much of it each scrape brought. */
export type Shop = {
  log: Request[]
  /** When it was asked, in Unix seconds, and how many of the log it had measured. */
  reads: { at: number; measured: number }[]
}

/**
 * A service that is not the lab's: its histogram is in milliseconds, and has other labels. Nobody asks it; 50 times a
 * second it measures a request that it makes up, and notes it.
 */
export async function startShop() {
  const register = new Registry()
  const histogram = new Histogram({
    name: 'shop_latency_milliseconds',
    help: 'How long answers took',
    labelNames: ['handler', 'status'],
    buckets: shopBounds,
    registers: [register],
  })
  const log: Request[] = []
  const reads: Shop['reads'] = []
  const measure = (i: number) => {
    const route = i % 3 === 0 ? '/pay' : '/cart'
    const status = i % 10 === 0 ? 500 : 200
    const milliseconds = route === '/pay' ? 200 + ((i * 37) % 1000) : 1 + ((i * 53) % 300)
    histogram.observe({ handler: route, status }, milliseconds)
    const seconds = milliseconds / 1000
    log.push({ at: Date.now() / 1000, route, status, seconds, delaySeconds: undefined })
  }
  // So that no bucket begins in the time shown: there would be nothing to extend it by.
  for (let i = 0; i < 1500; i++) measure(i)
  const timer = setInterval(() => measure(log.length), 20)
  const server = createServer(async (_, response) => {
    reads.push({ at: Date.now() / 1000, measured: log.length })
    response.setHeader('Content-Type', register.contentType).end(await register.metrics())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: { log, reads } satisfies Shop,
    async stop() {
      clearInterval(timer)
      server.close()
      server.closeAllConnections()
    },
  }
}
