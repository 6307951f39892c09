import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import { readRunRequest } from './console/run-request.ts'
import { type Assets, readAssets } from './console-assets.ts'
import type { Live } from './live.ts'
import type { LoadRuns } from './load-run.ts'
import type { Neighbours } from './neighbours.ts'
import type { Regimes } from './regime.ts'
import type { Truth } from './truth.ts'

export type ConsoleOptions = {
  regimes: Regimes
  live: Live
  runs: LoadRuns
  neighbours: () => Promise<Neighbours>
  logger: Logger
  /** Reads the page's files; by default those beside this one. */
  assets?: () => Promise<Assets>
}

/**
 * Nothing from anywhere else, and no script or style within the page.
 * https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
const headers = {
  'Content-Security-Policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; '),
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
  Vary: 'Accept-Encoding',
}

const BODY_LIMIT = 4 * 1024

/** Makes the page of the control listener, and what the page asks for. To be guarded as that listener is. */
export function createConsole({
  regimes,
  live,
  runs,
  neighbours,
  logger,
  assets: read = readAssets,
}: ConsoleOptions): Hono {
  const app = new Hono()

  let assets: Promise<Assets> | undefined
  app.get('/', (c, next) => serve(c, next))
  app.get('/:file{.+\\.(?:ts|css)}', (c, next) => serve(c, next))
  const serve = async (c: Context, next: () => Promise<void>) => {
    // At the first request, so that a server at which nobody looks starts as fast as before.
    assets ??= read()
    const asset = (await assets.catch(forget)).get(c.req.path)
    if (!asset) return next()
    for (const [name, value] of Object.entries(headers)) c.header(name, value)
    c.header('ETag', asset.etag)
    if (c.req.header('if-none-match') === asset.etag) return c.body(null, 304)
    c.header('Content-Type', asset.type)
    if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(asset.body)
    c.header('Content-Encoding', 'gzip')
    return c.body(asset.gzip)
  }
  const forget = (error: unknown): never => {
    assets = undefined
    throw error
  }

  app.get('/api/live', (c) => {
    const after = c.req.query('after') ?? '0'
    if (!/^\d{1,12}$/.test(after)) {
      return c.json({ mistakes: [`after=${after}: must be a second since the epoch, or 0`] }, 400)
    }
    c.header('Cache-Control', 'no-store')
    const { name, parameters, changedAtSeconds, truth, measured } = regimes.current
    return c.json({
      behaviour: { name, parameters, changedAtSeconds: changedAtSeconds ?? null },
      delays: flat(truth),
      durations: flat(measured.wholeMs),
      inFlight: live.inFlight,
      seconds: live.since(Number(after)),
      run: runs.current ?? null,
      refusal: runs.refusal ?? null,
    })
  })

  app.post('/api/run', bodyLimit({ maxSize: BODY_LIMIT, onError: tooLarge }), async (c) => {
    const body = await c.req.json().catch(() => undefined)
    const asked =
      body === undefined ? { mistakes: ['the body: must be JSON'] } : readRunRequest(body)
    if ('mistakes' in asked) return c.json(asked, 400)
    const { refusal } = runs
    if (refusal) return c.json({ mistakes: [refusal] }, 409)
    const run = await runs.start(asked)
    if (!run) return c.json({ mistakes: ['a run is under way: there is one at a time'] }, 409)
    logger.info({ asked }, 'a run of the load generator was started')
    return c.json(run)
  })
  app.delete('/api/run', (c) =>
    runs.stop() ? c.json(runs.current) : c.json({ mistakes: ['no run is under way'] }, 409),
  )

  app.get('/api/neighbours', async (c) => c.json(await neighbours()))
  return app
}

const tooLarge = (c: Context) =>
  c.json({ mistakes: [`the body: must be ${BODY_LIMIT} bytes at most`] }, 413)

const flat = (truth: Truth) => truth.delays().flat()
