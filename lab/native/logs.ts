import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, olderPart, readFrom, sizeOf } from './log-file.ts'

export type LogsOptions = {
  /** The folder that the logs are in. */
  folder: string
  /** How many lines of each process to begin with. */
  lines: number
  write: (text: string) => void
  sleep: (ms: number) => Promise<unknown>
  signal: AbortSignal
}

/**
 * Writes what the lab's processes have written last and what they write from now on, each line with the name
 * of its process, until it is aborted.
 */
export async function followLogs({ folder, lines, write, sleep, signal }: LogsOptions) {
  const read = new Map<string, Followed>()
  while (!signal.aborted) {
    const names = namesOf(folder)
    const width = Math.max(...names.map((name) => name.length), 0)
    for (const name of names) {
      const file = join(folder, `${name}.log`)
      const followed = read.get(name)
      const { fresh, next } = followed ? since(file, followed) : begin(file, lines)
      read.set(name, next)
      for (const line of fresh) write(`${name.padEnd(width)} | ${line}\n`)
    }
    await sleep(250).catch(() => {})
  }
}

/** How far a log has been read, and what it has of a line that is not yet whole. */
type Followed = { end: number; rest: string }

type Read = { fresh: string[]; next: Followed }

function begin(file: string, lines: number): Read {
  const end = sizeOf(file)
  return { fresh: lastLines(file, lines), next: { end, rest: '' } }
}

function since(file: string, { end, rest }: Followed): Read {
  const size = sizeOf(file)
  if (size === end) return { fresh: [], next: { end, rest } }
  // It has been emptied meanwhile, and what it had is in the other file.
  const emptied = size < end
  const before = emptied ? readFrom(olderPart(file), end).text : ''
  const now = readFrom(file, emptied ? 0 : end)
  const whole = `${rest}${before}${now.text}`.split('\n')
  return { fresh: whole.slice(0, -1), next: { end: now.end, rest: whole.at(-1) ?? '' } }
}

function namesOf(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .map((name) => name.slice(0, -'.log'.length))
    .sort()
}
