import { once } from 'node:events'
import type { Server } from 'node:http'
import { createServer as createHttpsServer, type Server as SecureServer } from 'node:https'
import { hostname } from 'node:os'
import { createAdaptorServer } from '@hono/node-server'
import { destination, pino } from 'pino'
import pkg from '../package.json' with { type: 'json' }
import { createApp } from './app.ts'
import { ConfigError, readConfig } from './config.ts'
import { createConsole } from './console.ts'
import { createControl } from './control.ts'
import { drain } from './drain.ts'
import { createLoadRuns } from './load-run.ts'
import { createNeighbours } from './neighbours.ts'
import { lookAfterTls } from './secure-server.ts'
import { readTls } from './tls.ts'

/** Longer than any client keeps an idle connection, so that it is never the server that closes first. */
const KEEP_ALIVE_MS = 75_000

const [config, tls] = configure()
const logger = pino(
  {
    level: config.logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  },
  // Lines that are written later are lost, or come in another order, when the process ends.
  destination({ fd: 1, sync: true }),
)

let draining = false
// Loaded only where it is asked for: nobody else pays for it.
const influx =
  config.influx &&
  (await import('./influx/influx.ts')).createInflux({ config: config.influx, logger })
const { app, metrics, regimes, live } = createApp({
  config,
  logger,
  draining: () => draining,
  observers: influx ? [influx.observer] : [],
})
const server = createAdaptorServer({
  fetch: app.fetch,
  ...(tls && { createServer: createHttpsServer, serverOptions: tls.options }),
}) as Server
server.keepAliveTimeout = KEEP_ALIVE_MS
const { layouts } = metrics
const runs = createLoadRuns({
  target: ownAddress,
  env: process.env,
  node: process.execPath,
  metricsPort: config.loadgenMetricsPort,
})
const neighbours = createNeighbours(config.neighbours)
const page = createConsole({ regimes, live, runs, neighbours, logger })
const control = createAdaptorServer({
  fetch: createControl({ regimes, layouts, logger, page }).fetch,
}) as Server

await listen(control, 'CONTROL_PORT', config.controlPort, config.controlHost)
await listen(server, 'PORT', config.port, config.host)
const endPushes = influx?.begin(metrics.registry, `${hostname()}:${portOf(server)}`)
const { behaviour, version, seed } = config
const secure = tls !== undefined
logger.info(
  { address: server.address(), control: control.address(), tls: secure, behaviour, version, seed },
  'listening',
)
if (config.tls && tls) {
  const { tls: gauges } = metrics
  const reload = lookAfterTls(server as SecureServer, { files: config.tls, tls, gauges, logger })
  process.on('SIGHUP', reload)
}

const { registration } = config
// Loaded only where it is asked for: the server starts as fast as without.
const registered =
  registration &&
  import('./registration.ts').then(({ startRegistration }) =>
    startRegistration({ registration, port: portOf(server), routes: app.routes, logger }),
  )

for (const [signal, number] of [
  ['SIGTERM', 15],
  ['SIGINT', 2],
] as const) {
  process.on(signal, async () => {
    if (draining) {
      runs.end()
      process.exit(128 + number)
    }
    draining = true
    // At once, so that nobody is sent here any more, and beside the draining, which it does not hold up.
    const withdrawn = registered?.then((entry) => entry.withdraw())
    logger.info(
      { signal, inFlight: metrics.inFlight() },
      'draining; a second signal ends it at once',
    )
    const deadlineMs = config.drainSeconds * 1000
    const deadline = performance.now() + deadlineMs
    runs.stop()
    control.close()
    control.closeAllConnections()
    const cutOff = await drain(server, { inFlight: metrics.inFlight, deadlineMs })
    if (cutOff > 0)
      logger.warn({ cutOff }, 'requests were cut off: they took longer than DRAIN_SECONDS')
    else logger.info('all requests have finished')
    // A second at least: when requests had to be cut off, nothing is left of the time.
    await endPushes?.(Math.max(1000, deadline - performance.now()))
    runs.end()
    await withdrawn
    process.exit(0)
  })
}

function configure() {
  try {
    const config = readConfig(process.env, pkg.version)
    return [config, config.tls && readTls(config.tls, Date.now())] as const
  } catch (error) {
    if (error instanceof ConfigError) return fail(2, error.mistakes)
    throw error
  }
}

/** Where the load generator finds this server; undefined where nothing tells it to trust the certificate. */
function ownAddress(): string | undefined {
  const address = server.address()
  if ((tls && !config.loadgenCa) || address === null || typeof address === 'string')
    return undefined
  const { port } = address
  const scheme = tls ? 'https' : 'http'
  if (/^(0\.0\.0\.0|::)$/.test(address.address)) return `${scheme}://127.0.0.1:${port}/`
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
  return `${scheme}://${host}:${port}/`
}

function portOf(listener: Server): number {
  const address = listener.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

async function listen(listener: Server, variable: string, port: number, host?: string) {
  listener.listen(port, host)
  try {
    await once(listener, 'listening')
  } catch (error) {
    fail(1, [cannotListen(error as NodeJS.ErrnoException, variable, port, host)])
  }
}

function cannotListen(
  { code, message }: NodeJS.ErrnoException,
  variable: string,
  port: number,
  host = 'every interface',
): string {
  const where = `port ${port} on ${host}`
  if (code === 'EADDRINUSE') {
    const other = `${variable}=${(port % 65535) + 1}`
    return `${where} is taken: stop what listens there, or set ${variable} to another, as in ${other}`
  }
  if (code === 'EACCES') return `${where} is not allowed: set ${variable} to 1024 or more`
  return `${where} can't be listened on (${message}): set HOST to an address of this machine`
}

function fail(exitCode: number, lines: string[]): never {
  for (const line of lines) process.stderr.write(`server: ${line}\n`)
  process.exit(exitCode)
}
