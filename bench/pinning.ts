import { execFileSync } from 'node:child_process'
import { availableParallelism } from 'node:os'

const canPin = (() => {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' })
    return availableParallelism() > 1
  } catch {
    return false
  }
})()

/** What to put before a command so that it runs on one core; nothing where that can't be done. */
export function pin(core: number): string[] {
  return canPin ? ['taskset', '-c', String(core)] : []
}

/** What `pin` does here, in words. */
export const pinning = canPin ? 'servers on core 0, client on core 1' : 'not pinned to cores'
