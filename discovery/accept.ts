import type { Logger } from 'pino'
import type { Etcd, Snapshot } from './etcd.ts'
import type { Metrics } from './metrics.ts'
import { readRegistration } from './registration.ts'
import { createRoll, type Enrolled } from './roll.ts'
import type { TargetFile } from './target-file.ts'
import { targetsFile } from './targets.ts'

export type AcceptOptions = {
  etcd: Pick<Etcd, 'secondsLeft'>
  file: Pick<TargetFile, 'write'>
  metrics: Metrics
  logger: Pick<Logger, 'info' | 'warn' | 'error'>
  /** Milliseconds of a clock that never steps. */
  now: () => number
  /** Unix time in seconds, for metrics alone. */
  unixSeconds: () => number
}

/**
 * Takes what etcd has, and makes the list of it; answers whether etcd has other entries than the last time.
 *
 * @param afterTrouble etcd was out of reach, or a watch broke, since the last time
 * @throws what asking etcd for the leases throws
 */
export type Accept = (snapshot: Snapshot, afterTrouble: boolean) => Promise<boolean>

/** Leases are asked about one by one, so only of so many. */
const MOST_LEASES = 100

/** Makes the step from what etcd has to the file and the metrics. */
export function createAccept(options: AcceptOptions): Accept {
  const { metrics, now, unixSeconds } = options
  const roll = createRoll()
  const read = createReader(options)
  const write = createWriter(options)
  let lastRevision = 0
  let lastSeen = ''
  return async (snapshot, afterTrouble) => {
    const lostData = snapshot.revision < lastRevision
    lastRevision = snapshot.revision
    const seen = snapshot.entries.map(({ key, modRevision }) => `${key} ${modRevision}`).join('\n')
    const changed = seen !== lastSeen
    lastSeen = seen
    const listed = roll.call(read(snapshot), afterTrouble || lostData, now())
    if (await write(listed, roll.kept())) {
      metrics.targets.set(listed.length)
      metrics.kept.set(roll.kept())
      metrics.listed.set(unixSeconds())
    }
    await showLeases(options, listed)
    return changed
  }
}

/** Reads each value, and names each that is no registration: once, until it is written anew. */
function createReader({ metrics, logger }: AcceptOptions) {
  let named = new Set<string>()
  return ({ entries }: Snapshot): Enrolled[] => {
    const invalid = new Set<string>()
    const sound = entries.flatMap((entry): Enrolled[] => {
      const { key, modRevision, lease } = entry
      const registration = readRegistration(entry)
      if (!('mistakes' in registration)) return [{ ...registration, key, modRevision, lease }]
      const version = `${key} ${modRevision}`
      invalid.add(version)
      if (!named.has(version)) {
        metrics.invalid.inc()
        logger.warn({ key, mistakes: registration.mistakes }, 'no registration: skipped')
      }
      return []
    })
    named = invalid
    return sound
  }
}

/** Writes the list; true if the file has it then. One that can't be written is tried again each time. */
function createWriter({ file, metrics, logger }: AcceptOptions) {
  let failed = false
  return async (listed: Enrolled[], kept: number): Promise<boolean> => {
    try {
      if (await file.write(targetsFile(listed))) {
        metrics.writes.inc()
        logger.info({ targets: listed.length, kept }, 'the list has changed')
      }
      failed = false
      return true
    } catch (error) {
      const { message } = error as Error
      if (!failed) logger.error({ reason: message }, 'the list can’t be written: it stays as it is')
      failed = true
      return false
    }
  }
}

async function showLeases({ etcd, metrics }: AcceptOptions, listed: Enrolled[]) {
  const known = listed.filter(({ lease }) => lease !== '').slice(0, MOST_LEASES)
  const left = await Promise.all(known.map(({ lease }) => etcd.secondsLeft(lease)))
  metrics.leaseLeft.reset()
  for (const [index, { name, id }] of known.entries()) {
    metrics.leaseLeft.set({ service: name, service_id: id }, left[index] ?? 0)
  }
}
