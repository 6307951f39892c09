import { createHash } from 'node:crypto'
import { readJson, writeJson } from './json-file.ts'

/** One process of the lab, as data: what to run, how to see that it is ready, how to end it. */
export type Definition = {
  name: string
  /** As people call it. */
  title: string
  command: string
  args: string[]
  /** What it is told, beside where programs and the home folder are. */
  env: Record<string, string>
  cwd: string
  /** Answers with 2xx when the process is ready. */
  readyUrl: string
  /** The file with the certificates that vouch for it, where that is https:. */
  readyCa?: string
  /** How long that may take, in milliseconds. */
  readyMs: number
  /** How long it may take to end, in milliseconds. */
  stopMs: number
  /** The ports that it listens on, by the variable that changes each; none where a port is fixed. */
  ports: { port: number; variable: string | null }[]
  /** A fingerprint of the files that it reads only when it starts: it is started anew when they change. */
  reads: string
}

/** All that is to run, in the order in which it is ended. */
export type Table = Definition[]

/** Says whether two tables, or two definitions, are the same. */
export function versionOf(content: Table | Definition): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}

export const readTable = (file: string): Table => readJson<Table>(file) ?? []

export const writeTable = (file: string, table: Table): void => writeJson(file, table)
