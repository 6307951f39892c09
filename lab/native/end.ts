import { type Identity, isAlive } from './identity.ts'

export type EndOptions = {
  /** How long it may take to end in its own good order, in milliseconds. */
  limitMs: number
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/** How a process was ended: it was not there, it ended when it was asked to, or it had to be killed. */
export type Ended = 'absent' | 'ended' | 'killed'

/**
 * Ends this very process, and never another one that has its number now: SIGTERM, and after `limitMs` SIGKILL,
 * to what it has started too.
 */
export async function endProcess(
  identity: Identity,
  { limitMs, now, sleep }: EndOptions,
): Promise<Ended> {
  if (!isAlive(identity)) return 'absent'
  signal(identity.pid, 'SIGTERM')
  const giveUpAt = now() + limitMs
  while (now() < giveUpAt) {
    await sleep(50)
    if (!isAlive(identity)) return 'ended'
  }
  if (isAlive(identity)) signal(-identity.pid, 'SIGKILL')
  while (isAlive(identity)) await sleep(20)
  return 'killed'
}

function signal(pid: number, name: NodeJS.Signals) {
  try {
    process.kill(pid, name)
  } catch {
    // It has just ended by itself.
  }
}
