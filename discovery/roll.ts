import type { Registration } from './registration.ts'
import { address } from './targets.ts'

/** A registration with what etcd says of it. */
export type Enrolled = Registration & { key: string; modRevision: number; lease: string }

/** What is to be listed. */
export type Roll = {
  /**
   * Takes what etcd has now, and answers with what is listed.
   *
   * @param found every sound registration
   * @param doubtful etcd was out of reach until now, or has lost what it had
   * @param nowMs of a clock that never steps
   */
  call: (found: Enrolled[], doubtful: boolean, nowMs: number) => Enrolled[]
  /** How many of those that are listed etcd does not have. */
  kept: () => number
}

/**
 * Decides who is listed: whom etcd has, one for each address. After a time in which etcd was out of reach, or when it
 * comes back empty, servers that it does not have any more stay listed for as long as their lease was: they need that
 * moment to find it again. Who is dead goes after it.
 */
export function createRoll(): Roll {
  let listed = new Map<string, Enrolled>()
  /** Until when each is kept that etcd does not have. */
  const kept = new Map<string, number>()
  return {
    call(found, doubtful, nowMs) {
      const next = new Map(found.map((each) => [each.key, each]))
      for (const key of next.keys()) kept.delete(key)
      for (const [key, each] of listed) {
        if (next.has(key)) continue
        if (doubtful && !kept.has(key)) kept.set(key, nowMs + each.leaseSeconds * 1000)
        if ((kept.get(key) ?? 0) > nowMs) next.set(key, each)
        else kept.delete(key)
      }
      // The same address twice is a server that was started anew under another id: the newer entry is right.
      const byAddress = new Map<string, Enrolled>()
      for (const each of [...next.values()].sort((a, b) => a.modRevision - b.modRevision)) {
        const where = address(each.host, each.port)
        const older = byAddress.get(where)
        if (older) kept.delete(older.key)
        byAddress.set(where, each)
      }
      listed = new Map([...byAddress.values()].map((each) => [each.key, each]))
      return [...listed.values()]
    },
    kept: () => kept.size,
  }
}
