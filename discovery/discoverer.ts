import { type AcceptOptions, createAccept } from './accept.ts'
import type { Etcd } from './etcd.ts'
import { openWatch, type Watch } from './watch.ts'

export type DiscovererOptions = AcceptOptions & {
  etcd: Etcd
  /** Rejects when the signal ends it. */
  sleep: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** From 0 to 1. */
  random: () => number
}

/**
 * How often etcd is asked for the whole list, in milliseconds, whatever the watch says: a watch on a dead connection
 * is silent for ever.
 */
export const CHECK_MS = 5000

/** So long a watch may take to tell of a change that the list has already. */
const LATE_MS = 1000

/** What comes together is read once; the pause after a failure begins with it and doubles, up to CHECK_MS. */
const PAUSE_MS = 100

/**
 * Keeps the list of targets what etcd says, until `signal` ends it. A watch says *that* something has changed, and
 * the whole list is then read anew: what was missed while nobody watched, or was compacted away, needs no case of its
 * own. While etcd is out of reach the list stays as it is. Never throws.
 */
export async function discover(options: DiscovererOptions, signal: AbortSignal): Promise<void> {
  const { etcd, metrics, logger, random } = options
  const accept = createAccept(options)
  const sleep = (ms: number, until?: AbortSignal) =>
    options.sleep(ms, until ? AbortSignal.any([signal, until]) : signal).catch(() => {})
  let watch: Watch | undefined
  let failures = 0
  let broken = 0
  while (!signal.aborted) {
    try {
      const snapshot = await etcd.range()
      const changed = await accept(snapshot, failures > 0 || broken > 0)
      metrics.etcdUp.set(1)
      if (failures > 0) logger.info({ attempts: failures }, 'etcd answers again')
      failures = 0
      if (watch?.state() === 'open' && changed) {
        await sleep(LATE_MS, watch.ended)
        if (watch.state() === 'open') logger.warn({}, 'the watch is dead: opening another')
      }
      if (watch?.state() !== 'open' || changed) {
        watch?.close()
        watch = openWatch(etcd, snapshot.revision)
        metrics.watches.inc()
      }
      await sleep(CHECK_MS, watch.ended)
      broken = watch.state() === 'broken' ? broken + 1 : 0
      if (watch.state() !== 'open') await sleep(pauseAfter(broken, random))
    } catch (error) {
      metrics.etcdUp.set(0)
      if (failures === 0) {
        logger.warn({ reason: reasonOf(error) }, 'etcd does not answer: the list stays as it is')
      }
      failures += 1
      await sleep(pauseAfter(failures, random))
    }
  }
  watch?.close()
}

/** In milliseconds; between half of it and all, so that those who have lost the same etcd don't come back as one. */
const pauseAfter = (failures: number, random: () => number) =>
  Math.min(PAUSE_MS * 2 ** failures, CHECK_MS) * (0.5 + random() / 2)

/** fetch says why in its cause, which may have a code and no words where several addresses were tried. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & { cause?: NodeJS.ErrnoException }
  return cause?.message || cause?.code || message
}
