import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import { readBehaviourRequest } from './behaviour-request.ts'
import { type Behaviour, behaviours } from './behaviours.ts'
import { deviationOf } from './deviation.ts'
import type { Layout } from './layouts.ts'
import type { Regime, Regimes } from './regime.ts'
import type { Truth } from './truth.ts'

export type ControlOptions = {
  regimes: Regimes
  /** The buckets of each metric that measures the delayed routes, by the metric's name. */
  layouts: () => Promise<Record<string, Layout>>
  logger: Logger
  /** The page, and what it asks for. */
  page?: Hono
}

const BODY_LIMIT = 64 * 1024

const quantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999]

/** More than anybody asks for in good faith. */
const MORE_QUANTILES = 50

/**
 * Makes the app of the control listener: which behaviours there are, which is in force, and the truth
 * about what it did. Whoever reaches it may change the server, so it is for this machine alone.
 */
export function createControl({ regimes, layouts, logger, page }: ControlOptions): Hono {
  const app = new Hono()
  app.use(refuseStrangers())

  app.get('/api/behaviours', (c) =>
    c.json(
      Object.entries(behaviours).map(([name, { description, parameters }]) => ({
        name,
        description,
        parameters,
      })),
    ),
  )
  app.get('/api/behaviour', (c) => c.json(shown(regimes.current)))
  app.put('/api/behaviour', bodyLimit({ maxSize: BODY_LIMIT, onError: tooLarge }), async (c) => {
    const body = await c.req.json().catch(() => undefined)
    const asked =
      body === undefined ? { mistakes: ['the body: must be JSON'] } : readBehaviourRequest(body)
    if ('mistakes' in asked) return c.json(asked, 400)
    const regime = regimes.change(asked)
    logger.info(shown(regime), 'another behaviour is in force')
    return c.json(shown(regime))
  })
  app.get('/api/truth', async (c) => {
    const more = c.req.queries('q') ?? []
    const mistakes = mistakesInQuantiles(more)
    if (mistakes.length > 0) return c.json({ mistakes }, 400)
    const { current } = regimes
    const asked = [...quantiles, ...more.map(Number)]
    const all = await layouts()
    const bounds = [...new Set(Object.values(all).flatMap((layout) => layout.bounds))]
    const { truth, measured } = current
    return c.json({
      ...shown(current),
      ...distribution(truth, asked),
      analytic: analytic(current, asked),
      handler: {
        ...distribution(measured.durations, asked),
        worstExcessesSeconds: measured.worstExcessesMs.map((ms) => ms / 1000),
        within: bounds
          .sort((a, b) => a - b)
          .map((seconds) => ({ seconds, count: measured.durations.countWithin(seconds * 1000) })),
      },
      accessLogLines: logger.isLevelEnabled('info') ? measured.logLines : null,
      delays: truth.delays().map(([ms, count]) => ({ seconds: ms / 1000, count })),
      layouts: all,
    })
  })

  if (page) app.route('/', page)
  app.notFound((c) =>
    c.json({ mistakes: [`${c.req.method} ${c.req.path}: is not known here`] }, 404),
  )
  app.onError((error, c) => {
    logger.error({ err: error, path: c.req.path }, 'the control listener failed')
    return c.json({ mistakes: ['the server failed: its log says why'] }, 500)
  })
  return app
}

const shown = ({ name, parameters }: Regime) => ({ name, parameters })

const inSeconds = (ms: number | undefined) => (ms === undefined ? null : ms / 1000)

const distribution = (truth: Truth, asked: number[]) => ({
  count: truth.count,
  meanSeconds: inSeconds(truth.meanMs()),
  quantileSeconds: Object.fromEntries(asked.map((q) => [q, inSeconds(truth.quantileMs(q))])),
})

/** What the behaviour's own formulas give; null where there are none. */
const analytic = ({ name, parameters }: Regime, asked: number[]) => {
  const { quantileSeconds, meanSeconds }: Behaviour = behaviours[name]
  if (!quantileSeconds || !meanSeconds) return null
  const mean = meanSeconds(parameters)
  const quantile = (q: number) => quantileSeconds(q, parameters)
  return {
    meanSeconds: mean,
    deviationSeconds: deviationOf(quantile, mean),
    quantileSeconds: Object.fromEntries(asked.map((q) => [q, quantile(q)])),
  }
}

const mistakesInQuantiles = (texts: string[]) => [
  ...(texts.length > MORE_QUANTILES ? [`q: must be given ${MORE_QUANTILES} times at most`] : []),
  ...texts
    .filter((text) => !/^\d*[.]?\d+(e-\d+)?$/.test(text) || Number(text) > 1)
    .map((text) => `q=${text}: must be a number from 0 to 1`),
]

const tooLarge = (c: Context) =>
  c.json({ mistakes: [`the body: must be ${BODY_LIMIT} bytes at most`] }, 413)

const loopback = ['localhost', '127.0.0.1', '[::1]']

/**
 * A page of another site can make a browser on this machine send requests here. It can't choose the
 * `Host` (a name of its own that it points at 127.0.0.1 is in there: DNS rebinding), nor leave out the
 * `Origin` where it matters.
 */
function refuseStrangers(): MiddlewareHandler {
  return async function refuse(c, next) {
    const host = hostnameOf(`http://${c.req.header('host')}`)
    if (!host || !loopback.includes(host)) {
      const mistake = `Host=${JSON.stringify(c.req.header('host'))}: must be one of ${loopback.join(', ')}`
      return c.json({ mistakes: [mistake] }, 403)
    }
    const origin = c.req.header('origin')
    if (origin !== undefined && origin !== `http://${c.req.header('host')}`) {
      return c.json(
        { mistakes: [`Origin=${JSON.stringify(origin)}: must be this listener’s`] },
        403,
      )
    }
    return next()
  }
}

const hostnameOf = (url: string) => URL.parse(url)?.hostname
