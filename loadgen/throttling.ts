import { readFileSync } from 'node:fs'

/** How often, and for how long in all, a container's processor limit has stopped it. */
export type Throttling = { periods: number; seconds: number }

/**
 * What the kernel says of this process' control group so far: cpu.stat of version 2, in
 * https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files, or else of version 1, in
 * https://docs.kernel.org/scheduler/sched-bwc.html#statistics. Null where there is none, or no limit.
 * `read` gives the text of a file, and throws where there is no such file.
 */
export function readThrottling(read: (path: string) => string = readText): Throttling | null {
  const textOf = (path: string) => {
    try {
      return read(path)
    } catch {
      return ''
    }
  }
  const groups = textOf('/proc/self/cgroup')
  for (const path of statFiles(groups)) {
    const throttling = throttlingIn(textOf(path))
    if (throttling !== null) return throttling
  }
  return null
}

/** What has been added since `before`; nothing where it can't be known. */
export function throttlingSince(before: Throttling | null, after: Throttling | null): Throttling {
  if (before === null || after === null) return { periods: 0, seconds: 0 }
  return { periods: after.periods - before.periods, seconds: after.seconds - before.seconds }
}

/**
 * Where cpu.stat may be, the likeliest first. /proc/self/cgroup may name the group as the host sees it,
 * while the container has its own group mounted as the root: so the root is tried after the group.
 */
const statFiles = (groups: string): string[] => {
  const unified = /^0::(.*)$/m.exec(groups)?.[1]
  const [, controllers, own] = /^\d+:((?:\w+,)*cpu(?:,\w+)*):(.*)$/m.exec(groups) ?? []
  return [
    ...filesIn('/sys/fs/cgroup', unified),
    ...(controllers === undefined ? [] : filesIn(`/sys/fs/cgroup/${controllers}`, own)),
  ]
}

const filesIn = (mount: string, group = '/') =>
  [...new Set([group === '/' ? '' : group, ''])].map((path) => `${mount}${path}/cpu.stat`)

/** Version 2 counts microseconds, version 1 nanoseconds. */
const throttlingIn = (stat: string): Throttling | null => {
  const numberOf = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1])
  const periods = numberOf('nr_throttled')
  const seconds = [numberOf('throttled_usec') / 1e6, numberOf('throttled_time') / 1e9]
  const known = seconds.find((value) => !Number.isNaN(value))
  return Number.isNaN(periods) || known === undefined ? null : { periods, seconds: known }
}

const readText = (path: string) => readFileSync(path, 'utf8')
