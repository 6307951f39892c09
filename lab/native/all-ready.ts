import { readFileSync } from 'node:fs'
import type { Folder } from './folder.ts'
import { isAlive } from './identity.ts'
import { lastLines, sizeOf } from './log-file.ts'
import { NotUp } from './not-up.ts'
import { awaitReady } from './ready.ts'
import { readState, type State } from './state.ts'
import { type Definition, type Table, versionOf } from './table.ts'

/** How it was before a start, by the names of processes. */
export type Before = {
  /** How often each had ended. */
  exits: Record<string, number>
  /** How many bytes its log had: what is older is not about this start. */
  logBytes: Record<string, number>
}

type Clock = { now: () => number; sleep: (ms: number) => Promise<unknown> }

/**
 * Waits until the supervisor has a table in force, and all of its processes answer.
 *
 * @param before how it was before what is waited for was begun
 * @throws {@link NotUp} with why a process does not, and the end of its log
 */
export async function allReady(folder: Folder, table: Table, before: Before, clock: Clock) {
  const version = versionOf(table)
  await awaitApplied(folder, (applied) => applied === version, clock)
  const failures = await Promise.all(
    table.map(async (definition) => {
      const { name, readyUrl: url, readyCa, readyMs: limitMs } = definition
      const ca = readyCa === undefined ? undefined : readFileSync(readyCa, 'utf8')
      const failed = () => {
        const state = readState(folder.state)
        if (!state || !isAlive(state.supervisor)) return 'is not supervised any more'
        const { exits = 0, lastExit } = state.processes[name] ?? {}
        return exits > (before.exits[name] ?? 0) ? `ended with ${lastExit}` : undefined
      }
      const failure = await awaitReady({ url, ca, limitMs, failed, ...clock })
      return failure ? describe(folder, definition, { failure, before }) : []
    }),
  )
  const lines = failures.flat()
  if (lines.length > 0) throw new NotUp(lines)
}

function describe(
  folder: Folder,
  { name, title }: Definition,
  { failure, before }: { failure: string; before: Before },
): string[] {
  const log = folder.log(name)
  const lines = lastLines(log, 10, before.logBytes[name]).map((line) => `  ${line}`)
  const without = name === 'grafana' ? ['LAB_GRAFANA=none make up runs the lab without it'] : []
  if (lines.length === 0) return [`${title} ${failure}; it wrote nothing`, ...without]
  return [`${title} ${failure}; the end of ${log}:`, ...lines, ...without]
}

/**
 * Waits until the table that the supervisor has in force is the one that is wanted.
 *
 * @throws {@link NotUp} with the end of its log, when it has died or takes more than a minute
 */
export async function awaitApplied(
  folder: Folder,
  enough: (applied: string) => boolean,
  { now, sleep }: Clock,
): Promise<State> {
  // Of a change, the longest part is that processes end.
  const giveUpAt = now() + 60_000
  while (now() < giveUpAt) {
    const state = readState(folder.state)
    if (state && enough(state.applied)) return state
    if (!state || !isAlive(state.supervisor)) break
    await sleep(50)
  }
  const log = folder.log('supervisor')
  throw new NotUp([
    `the supervisor does not answer; the end of ${log}:`,
    ...lastLines(log, 10).map((line) => `  ${line}`),
  ])
}

/** How long the log of each process is, in bytes. */
export const logBytesOf = (folder: Folder, table: Table): Record<string, number> =>
  Object.fromEntries(table.map(({ name }) => [name, sizeOf(folder.log(name))]))

/** How often each process had ended that goes on as it is; one that is started anew counts from zero. */
export function exitsOf({ processes }: State, before: Table, table: Table): Record<string, number> {
  const versions = new Set(before.map(versionOf))
  const same = table.filter((definition) => versions.has(versionOf(definition)))
  return Object.fromEntries(same.map(({ name }) => [name, processes[name]?.exits ?? 0]))
}
