// Watches who is registered in etcd, and writes the list as Prometheus reads it: docs/discovery.md
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { destination, pino } from 'pino'
import { readConfig } from './config.ts'
import { discover } from './discoverer.ts'
import { createEtcd } from './etcd.ts'
import { listen } from './listener.ts'
import { createMetrics } from './metrics.ts'
import { openTargetFile } from './target-file.ts'

const config = readConfig(process.env)
if ('mistakes' in config) fail(2, config.mistakes)

const logger = pino(
  {
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level) => ({ level }) },
  },
  destination({ fd: 1, sync: true }),
)
const { etcdUrl, targetsFile, port, host } = config
const metrics = createMetrics()
const file = await openTargetFile(targetsFile)
// What an earlier one has written is what Prometheus has until etcd answers.
if (file.targets !== undefined) metrics.targets.set(file.targets)
if (file.writtenAt !== undefined) metrics.listed.set(file.writtenAt)

const server = await listen({ registry: metrics.registry, port, host }).catch((error: Error) =>
  fail(1, [`port ${port} can't be listened on (${error.message}): set DISCOVERY_PORT to another`]),
)
logger.info({ port: (server.address() as AddressInfo).port, etcdUrl, targetsFile }, 'listening')

const over = new AbortController()
process.on('SIGTERM', () => over.abort())
process.on('SIGINT', () => over.abort())

await discover(
  {
    etcd: createEtcd({ url: etcdUrl }),
    file,
    metrics,
    logger,
    now: () => performance.now(),
    unixSeconds: () => Date.now() / 1000,
    sleep: (ms, signal) => delay(ms, undefined, { signal }),
    random: Math.random,
  },
  over.signal,
)
process.exit(0)

function fail(exitCode: number, lines: string[]): never {
  for (const line of lines) process.stderr.write(`discovery: ${line}\n`)
  process.exit(exitCode)
}
