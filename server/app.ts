import { type Context, Hono } from 'hono'
import type { Logger } from 'pino'
import { createAccessLog } from './accesslog.ts'
import { defaultsOf } from './behaviours.ts'
import { createCapacity } from './capacity.ts'
import type { Config } from './config.ts'
import { createDelayed } from './delayed.ts'
import { unlessDraining } from './drain.ts'
import { echoedHeaders } from './echo.ts'
import {
  type ExchangeObserver,
  type LabEnv,
  type LabHandler,
  observeExchanges,
  UNMATCHED,
} from './exchange.ts'
import { createInjector } from './injector.ts'
import { createLive, type Live } from './live.ts'
import { measuring } from './measured.ts'
import { createMetrics, delayedRoutes, type Metrics } from './metrics.ts'
import { type Random, seededRandom } from './random.ts'
import { createRegimes, type Regimes } from './regime.ts'
import type { waitAtLeast } from './wait.ts'

export type AppOptions = {
  config: Pick<
    Config,
    'version' | 'behaviour' | 'seed' | 'concurrency' | 'queueCapacity' | 'trustedProxies'
  >
  logger: Logger
  /** Is the server on its way out? */
  draining?: () => boolean
  /** What delays are drawn with; by default `config.seed`, or chance itself. */
  random?: Random
  /** Who else is told of each request. */
  observers?: ExchangeObserver[]
  /** How a delay is waited for; by default `waitAtLeast`. */
  wait?: typeof waitAtLeast
}

export type App = { app: Hono<LabEnv>; metrics: Metrics; regimes: Regimes; live: Live }

/** Makes the server's routes, with metrics and a behaviour of their own. */
export function createApp({
  config,
  logger,
  draining = () => false,
  random,
  observers = [],
  wait,
}: AppOptions): App {
  const { version, behaviour, seed, concurrency, queueCapacity, trustedProxies } = config
  const regimes = createRegimes({
    initial: { name: behaviour, parameters: defaultsOf(behaviour) },
    chance: () => random ?? (seed === undefined ? Math.random : seededRandom(seed)),
  })
  const metrics = createMetrics({ regimes })
  const live = createLive({ routes: delayedRoutes })
  const delayed = createDelayed({
    inject: createInjector(regimes, wait),
    startTimer: metrics.startTimer,
    capacity: concurrency ? createCapacity({ concurrency, queueCapacity }) : undefined,
  })

  const work = {
    '/': delayed((c, delayMs) => hello(c, delayMs, version)),
    '/images': delayed((c, delayMs) =>
      c.html(`<!doctype html><title>images</title><h1>${delayMs} ms</h1>\n`),
    ),
    '/ping': (c) => c.json({ message: 'pong' }),
  } satisfies Record<string, LabHandler>

  // What machines ask. It goes on while the server drains.
  const probes = {
    '/healthz': (c) => c.text('ok\n'),
    '/readyz': (c) => (draining() ? c.text('draining\n', 503) : c.text('ready\n')),
    '/metrics': async (c) => {
      const { registry } = metrics
      return c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType })
    },
  } satisfies Record<string, LabHandler>

  const accessLog = createAccessLog({ logger, trustedProxies, quietRoutes: Object.keys(probes) })
  const observed = observeExchanges([
    metrics.observer,
    accessLog,
    measuring,
    live.observer,
    ...observers,
  ])

  const app = new Hono<LabEnv>()
  for (const [route, handler] of Object.entries<LabHandler>(work)) {
    app.get(route, observed(route, unlessDraining(draining, handler)))
  }
  for (const [route, handler] of Object.entries<LabHandler>(probes)) {
    app.get(route, observed(route, handler))
  }
  app.notFound(observed(UNMATCHED, (c) => c.text('no such route\n', 404)))
  app.onError((error, c) => {
    logger.error({ err: error, path: c.req.path }, 'a handler failed')
    return c.text('internal error\n', 500)
  })
  return { app, metrics, regimes, live }
}

function hello(c: Context<LabEnv>, delayMs: number, version: string): Response {
  const { headers, omitted } = echoedHeaders(c.req.raw.headers)
  for (const [name, value] of headers) c.header(name, value)
  if (omitted > 0) c.header('X-Echo-Omitted', String(omitted))
  c.header('Version', version)
  return c.text(`Hello. This answer was delayed by ${delayMs} ms.\n`)
}
