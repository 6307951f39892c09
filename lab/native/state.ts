import type { Identity } from './identity.ts'
import { readJson, writeJson } from './json-file.ts'

/** One process of the lab, as the supervisor knows it. */
export type ProcessState = {
  /** Null while it is down, and will be started again. */
  identity: Identity | null
  /** How often it has ended by itself since it was first started. */
  exits: number
  /** How it ended the last time, such as "exit code 1". */
  lastExit: string | null
  /** How long it may take to end, in milliseconds. */
  stopMs: number
}

/** Who runs. Processes are in the order in which they are ended. */
export type State = {
  supervisor: Identity
  /** The version of the table that is in force; empty until the first one is. */
  applied: string
  processes: Record<string, ProcessState>
}

/** What the file says, or undefined where there is none or what is there can't be one. */
export function readState(file: string): State | undefined {
  const state = readJson<Partial<State>>(file)
  const { supervisor, applied = '', processes = {} } = state ?? {}
  if (!isIdentity(supervisor)) return undefined
  return { supervisor, applied, processes }
}

export const writeState = (file: string, state: State): void => writeJson(file, state)

function isIdentity(value: Partial<Identity> | undefined): value is Identity {
  const { pid, started } = value ?? {}
  return Number.isInteger(pid) && Number(pid) > 1 && typeof started === 'string'
}
