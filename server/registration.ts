import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { addressTowards } from './registration-address.ts'
import { defaultId, type Registration } from './registration-config.ts'
import { createEtcd, type Etcd, type Lease } from './registration-etcd.ts'

/** A registration that is kept until it is withdrawn. */
export type Registered = {
  /** Takes the entry out of etcd, if etcd answers within a second or so. Never throws. */
  withdraw: () => Promise<void>
}

export type RegistrationOptions = {
  registration: Registration
  /** The port on which the server listens. */
  port: number
  /** What the app answers to. */
  routes: readonly { method: string; path: string }[]
  logger: Pick<Logger, 'info' | 'warn'>
  etcd?: Etcd
  address?: typeof addressTowards
  sleep?: (ms: number, signal: AbortSignal) => Promise<unknown>
  random?: () => number
}

/**
 * Pauses between attempts, in milliseconds: they double, up to five seconds or a third of the lease. An etcd that is
 * back is found within a lease.
 */
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000

/**
 * Registers the server in etcd, under a lease that is kept alive, and registers it anew whenever etcd has lost it:
 * because it was gone for longer than the lease, or came back empty. Nothing of that ever throws or delays a request;
 * what changes is a line in the log.
 */
export function startRegistration({
  registration,
  port,
  routes,
  logger,
  etcd = createEtcd({ url: registration.etcdUrl }),
  address = addressTowards,
  sleep = (ms, signal) => delay(ms, undefined, { signal }),
  random = Math.random,
}: RegistrationOptions): Registered {
  const { etcdUrl, name, id = defaultId(port), leaseSeconds } = registration
  const key = `/service/${name}/${id}`
  const over = new AbortController()
  const { signal } = over
  let lease: Lease | undefined
  let failures = 0
  let isOthers = false

  const register = async () => {
    const host = registration.host ?? (await address(etcdUrl, { signal }))
    lease = await etcd.grant(leaseSeconds, signal)
    const entry = {
      id,
      name,
      host,
      port: registration.port ?? port,
      lease_time: lease.seconds,
      routes: routes.map(({ method, path }) => ({ method, path })),
    }
    await etcd.put(key, JSON.stringify(entry), lease, signal)
    logger.info({ key, host, port: entry.port, leaseSeconds: lease.seconds }, 'registered in etcd')
  }

  const keep = async (held: Lease) => {
    const alive = await etcd.keepAlive(held, signal)
    const owner = alive ? await etcd.leaseOf(key, signal) : undefined
    // Who writes last has the key. To write it anew would be a quarrel without an end.
    if (owner !== undefined && owner !== held.id) {
      if (!isOthers) logger.warn({ key }, 'another server has registered with this SERVICE_ID')
      isOthers = true
      return
    }
    isOthers = false
    if (owner === held.id) return
    logger.warn({ key, leaseRanOut: !alive }, 'etcd has lost the registration')
    await register()
  }

  const run = async () => {
    while (!signal.aborted) {
      try {
        await (lease ? keep(lease) : register())
        if (failures > 0) logger.info({ key, attempts: failures }, 'etcd answers again')
        failures = 0
        await sleep(((lease?.seconds ?? leaseSeconds) * 1000) / 3, signal)
      } catch (error) {
        if (signal.aborted) return
        if (failures === 0) {
          logger.warn({ key, etcd: etcdUrl, reason: reasonOf(error) }, 'etcd does not answer')
        }
        const longestMs = Math.min(LONGEST_PAUSE_MS, (leaseSeconds * 1000) / 3)
        const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** failures, longestMs)
        failures += 1
        // Between half of it and all: servers that have lost the same etcd don't come back as one.
        await sleep(pauseMs * (0.5 + random() / 2), signal).catch(() => {})
      }
    }
  }
  const running = run()

  return {
    async withdraw() {
      over.abort()
      await running
      if (!lease || isOthers) return
      try {
        await etcd.revoke(lease, AbortSignal.timeout(1000))
        logger.info({ key }, 'withdrawn from etcd')
      } catch (error) {
        logger.warn({ key, reason: reasonOf(error) }, 'not withdrawn: the lease will run out')
      }
    },
  }
}

/** fetch says why in its cause, which may have a code and no words where several addresses were tried. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  return cause?.message || cause?.code || message
}
