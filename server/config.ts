import { z } from 'zod'
import { type BehaviourName, behaviourNames } from './behaviours.ts'
import {
  type InfluxConfig,
  influxConfig,
  influxMistakes,
  influxVariables,
} from './influx-config.ts'
import type { Neighbour } from './neighbours.ts'
import {
  needEtcd,
  type Registration,
  registrationConfig,
  registrationVariables,
} from './registration-config.ts'
import { whole } from './variables.ts'

/** What the server is told by its environment. */
export type Config = {
  port: number
  controlPort: number
  /** The address that the control listener listens on, for the container: elsewhere it is the loopback. */
  controlHost: string
  /** The address to listen on; undefined for every interface. */
  host: string | undefined
  version: string
  behaviour: BehaviourName
  /** Makes the sequence of delays repeatable; undefined for chance. */
  seed: number | undefined
  /** Requests worked on at once; undefined for no bound. */
  concurrency: number | undefined
  /** Requests that may wait for one of `concurrency` places. */
  queueCapacity: number
  /** How long requests in flight may take to finish after SIGTERM. */
  drainSeconds: number
  trustedProxies: number
  logLevel: (typeof logLevels)[number]
  /** Where a run of the load generator that is started here serves its metrics; 0 for nowhere. */
  loadgenMetricsPort: number
  /** What a run that is started here trusts this server by, with TLS; the load generator reads the same variable. */
  loadgenCa: string | undefined
  /** Where the lab's other parts are asked whether they are there. */
  neighbours: Record<'prometheus' | 'grafana', Neighbour>
  tls: { certFile: string; keyFile: string } | undefined
  /** Where requests are pushed to; undefined for nowhere. */
  influx: InfluxConfig | undefined
  /** The server's entry in etcd; undefined for none. */
  registration: Registration | undefined
}

/** The environment has mistakes; `mistakes` has a line for each. */
export class ConfigError extends Error {
  readonly mistakes: string[]
  constructor(mistakes: string[]) {
    super(`the environment has ${mistakes.length} mistake(s)`)
    this.mistakes = mistakes
  }
}

/** Node.js keeps a timer's milliseconds in 31 bits. */
const MAX_SECONDS = 2_147_483

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

const oneOf = <T extends string>(names: readonly T[]) => z.enum(names, `one of ${names.join(', ')}`)

const httpUrl = z.url({ protocol: /^http$/, error: 'the http:// URL that it has from here' })

const environment = z.object({
  PORT: whole(0, 65535).default(8080),
  CONTROL_PORT: whole(0, 65535).default(8081),
  CONTROL_HOST: z
    .string()
    .regex(/^[\w.:%-]+$/, 'an address or a name of this machine')
    .default('127.0.0.1'),
  HOST: z
    .string()
    .regex(/^[\w.:%-]+$/, 'an address or a name of this machine')
    .optional(),
  VERSION: z
    .string()
    .regex(/^[\x21-\x7e]([\x20-\x7e]{0,98}[\x21-\x7e])?$/, '1 to 100 printable ASCII characters')
    .optional(),
  BEHAVIOUR: oneOf(behaviourNames).default('uniform'),
  SEED: whole(0, 2 ** 32 - 1).optional(),
  CONCURRENCY: whole(1, 1_000_000).optional(),
  QUEUE_CAPACITY: whole(0, 1_000_000).default(1000),
  DRAIN_SECONDS: whole(0, MAX_SECONDS).default(10),
  TRUST_PROXY: z
    .union(
      [z.stringbool({ truthy: ['true'], falsy: ['false'] }).transform(Number), whole(0, 100)],
      'true, false, or how many proxies stand in front, up to 100',
    )
    .default(0),
  LOG_LEVEL: oneOf(logLevels).default('info'),
  LOADGEN_METRICS_PORT: whole(0, 65535).default(9464),
  LOADGEN_CA: z.string().optional(),
  LAB_PROMETHEUS_PORT: whole(1, 65535).default(9090),
  LAB_GRAFANA_PORT: whole(1, 65535).default(3000),
  LAB_PROMETHEUS_URL: httpUrl.optional(),
  LAB_GRAFANA_URL: httpUrl.optional(),
  TLS_CERT: z.string().optional(),
  TLS_KEY: z.string().optional(),
  ...influxVariables,
  ...registrationVariables,
})

/**
 * Reads the server's configuration from environment variables. An empty one counts as not set, as
 * compose files pass it on.
 *
 * @param defaultVersion what the `version` response header says when `VERSION` does not
 * @throws {ConfigError} with every mistake in it: the variable, its value and what is allowed
 */
export function readConfig(env: NodeJS.ProcessEnv, defaultVersion: string): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environment.safeParse(set)
  const mistakes = (parsed.error?.issues ?? []).map(({ path: [name], message }) => {
    return `${String(name)}=${JSON.stringify(withoutSecret(set[String(name)]))}: must be ${message}`
  })
  for (const [name, other] of [
    ['TLS_CERT', 'TLS_KEY'],
    ['TLS_KEY', 'TLS_CERT'],
  ] as const) {
    if (set[name] && !set[other]) {
      mistakes.push(
        `${other} is not set: must be a file, because ${name}=${JSON.stringify(set[name])} is`,
      )
    }
  }
  if (set.QUEUE_CAPACITY && !set.CONCURRENCY) {
    mistakes.push(
      'CONCURRENCY is not set: must be, because QUEUE_CAPACITY is, and nobody queues without it',
    )
  }
  mistakes.push(...influxMistakes(set))
  const idle = needEtcd.filter((name) => set[name])
  if (idle.length > 0 && !set.ETCD_URL) {
    const are = idle.length > 1 ? 'are' : 'is'
    mistakes.push(
      `ETCD_URL is not set: must be, because ${idle.join(' and ')} ${are} about an entry there`,
    )
  }
  if (!parsed.success || mistakes.length > 0) throw new ConfigError(mistakes)
  const { data } = parsed
  return {
    port: data.PORT,
    controlPort: data.CONTROL_PORT,
    controlHost: data.CONTROL_HOST,
    host: data.HOST,
    version: data.VERSION ?? defaultVersion,
    behaviour: data.BEHAVIOUR,
    seed: data.SEED,
    concurrency: data.CONCURRENCY,
    queueCapacity: data.QUEUE_CAPACITY,
    drainSeconds: data.DRAIN_SECONDS,
    trustedProxies: data.TRUST_PROXY,
    logLevel: data.LOG_LEVEL,
    loadgenMetricsPort: data.LOADGEN_METRICS_PORT,
    loadgenCa: data.LOADGEN_CA,
    neighbours: {
      prometheus: neighbour(data.LAB_PROMETHEUS_URL, data.LAB_PROMETHEUS_PORT),
      grafana: neighbour(data.LAB_GRAFANA_URL, data.LAB_GRAFANA_PORT),
    },
    tls:
      data.TLS_CERT && data.TLS_KEY
        ? { certFile: data.TLS_CERT, keyFile: data.TLS_KEY }
        : undefined,
    influx: influxConfig(data),
    registration: registrationConfig(data),
  }
}

/** A URL's user and password are nobody's business, in a log least of all. */
const withoutSecret = (value = '') => value.replace(/(?<=\/\/)[^/@]*@/, '…@')

/** Unless it is said where something is, it is where its port is published: on this machine. */
const neighbour = (url: string | undefined, port: number): Neighbour => ({
  url: url ?? `http://127.0.0.1:${port}`,
  port,
})
