import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { folderOf } from '../native/folder.ts'
import { isAlive } from '../native/identity.ts'
import { lastLines } from '../native/log-file.ts'
import type { Settings } from '../native/settings.ts'
import { readState } from '../native/state.ts'
import { readTable } from '../native/table.ts'

/** A lab of plain processes, by its own account. */
export type NativeLab = {
  supervised: boolean
  processes: NativeProcess[]
}

export type NativeProcess = {
  name: string
  title: string
  alive: boolean
  /** How often it has ended by itself. */
  exits: number
  lastExit: string | null
  ports: number[]
  /** Those of its ports that a variable moves, by that variable. */
  variables: Record<string, number>
  /** The end of its log, where it does not live. */
  lines: string[]
  log: string
}

/** Who runs. Null where no lab was started as plain processes. */
export function nativeLabOf({ folder: root }: Settings): NativeLab | null {
  const folder = folderOf(root)
  const state = readState(folder.state)
  if (!state) return null
  return {
    supervised: isAlive(state.supervisor),
    processes: readTable(folder.table).map(({ name, title, ports }) => {
      const { identity = null, exits = 0, lastExit = null } = state.processes[name] ?? {}
      const alive = identity !== null && isAlive(identity)
      const log = folder.log(name)
      const lines = alive ? [] : lastLines(log, 3)
      return {
        name,
        title,
        alive,
        exits,
        lastExit,
        ports: ports.map(({ port }) => port),
        variables: Object.fromEntries(
          ports.flatMap(({ port, variable }) => (variable ? [[variable, port]] : [])),
        ),
        lines,
        log,
      }
    }),
  }
}

/** A folder that data are written to, or is to be made; how much room it has, and why it can't be written. */
export type DataFolder = { path: string; freeBytes: number; error: string | null }

/** Looks at a folder; at the nearest one above it that is there, where it is yet to be made. */
export function dataFolderOf(path: string): DataFolder {
  let place = path
  while (!existsSync(place)) place = dirname(place)
  const { bavail, bsize } = statfsSync(place)
  let error = statSync(place).isDirectory() ? null : 'ENOTDIR'
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
  } catch (refused) {
    error ??= (refused as NodeJS.ErrnoException).code ?? String(refused)
  }
  return { path: place, freeBytes: bavail * bsize, error }
}
