import { rmSync } from 'node:fs'
import { endProcess } from './end.ts'
import { type Folder, folderOf } from './folder.ts'
import { type Identity, isAlive } from './identity.ts'
import { locked } from './lock.ts'
import type { Settings } from './settings.ts'
import { readState } from './state.ts'
import { readTable, versionOf, writeTable } from './table.ts'

export type Clock = { now: () => number; sleep: (ms: number) => Promise<unknown> }

export type DownOptions = Clock & { settings: Settings; self: Identity }

/**
 * Ends the lab's processes, all of them and no other, and resolves to the names of those that were there. Data
 * and logs stay.
 */
export async function down({ settings, self, ...clock }: DownOptions): Promise<string[]> {
  const folder = folderOf(settings.folder)
  if (!readState(folder.state)) {
    rmSync(folder.state, { force: true })
    return []
  }
  return locked(folder.lock, self, () => endAll(folder, clock))
}

/** Ends the lab and removes all that it kept: data, logs, state. */
export async function clean(options: DownOptions): Promise<string[]> {
  const ended = await down(options)
  rmSync(options.settings.folder, { recursive: true, force: true })
  return ended
}

/**
 * Ends one process for as long as the lab runs, or until the next `up`. Resolves to whether it was there.
 */
export async function leaveOut(name: string, options: DownOptions): Promise<boolean> {
  const { settings, self, now, sleep } = options
  const folder = folderOf(settings.folder)
  const state = readState(folder.state)
  if (!state || !isAlive(state.supervisor)) return false
  return locked(folder.lock, self, async () => {
    const table = readTable(folder.table)
    const rest = table.filter((each) => each.name !== name)
    if (rest.length === table.length) return false
    writeTable(folder.table, rest)
    process.kill(state.supervisor.pid, 'SIGHUP')
    const giveUpAt = now() + 30_000
    while (readState(folder.state)?.applied !== versionOf(rest)) {
      if (now() > giveUpAt) throw new Error(`${name} does not end`)
      await sleep(50)
    }
    return true
  })
}

/**
 * Ends what the state names: by its supervisor, which knows the order; without one, by their numbers and their
 * starts. Resolves to the names of the processes that were there.
 */
export async function endAll(folder: Folder, { now, sleep }: Clock): Promise<string[]> {
  const before = readState(folder.state)
  if (!before) return []
  const there = namesOfAlive(before.processes)
  const limits = Object.values(before.processes).map(({ stopMs }) => stopMs)
  const limitMs = limits.reduce((sum, each) => sum + each, 5000)
  await endProcess(before.supervisor, { limitMs, now, sleep })
  // What it still wrote, if it had to be killed or was dead already.
  const { processes } = readState(folder.state) ?? before
  for (const { identity, stopMs } of Object.values(processes)) {
    if (identity) await endProcess(identity, { limitMs: stopMs, now, sleep })
  }
  rmSync(folder.state, { force: true })
  return there
}

function namesOfAlive(processes: Record<string, { identity: Identity | null }>): string[] {
  return Object.entries(processes)
    .filter(([, { identity }]) => identity && isAlive(identity))
    .map(([name]) => name)
}
