import { readFileSync } from 'node:fs'

/** How often, and for how long in all, a container's processor limit has stopped it. */
export type Throttling = { periods: number; seconds: number }

/**
 * What the kernel says of this process' control group so far: cpu.stat of version 2, in
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files. Null where there is none, or
 * no limit. `read` gives the text of a file, and throws where there is no such file.
 */
export function readThrottling(read: (path: string) => string = readText): Throttling | null {
  try {
    const group = /^0::(.*)$/m.exec(read('/proc/self/cgroup'))?.[1] ?? '/'
    const stat = read(`/sys/fs/cgroup${group === '/' ? '' : group}/cpu.stat`)
    const numberOf = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1])
    const throttling = {
      periods: numberOf('nr_throttled'),
      seconds: numberOf('throttled_usec') / 1e6,
    }
    return Number.isNaN(throttling.periods + throttling.seconds) ? null : throttling
  } catch {
    return null
  }
}

/** What has been added since `before`; nothing where it can't be known. */
export function throttlingSince(before: Throttling | null, after: Throttling | null): Throttling {
  if (before === null || after === null) return { periods: 0, seconds: 0 }
  return { periods: after.periods - before.periods, seconds: after.seconds - before.seconds }
}

const readText = (path: string) => readFileSync(path, 'utf8')
