import { titleOf } from './container.ts'
import { type Engine, failureOf } from './engine.ts'
import type { Verdict } from './finding.ts'

/** What inside.sh saw, on this machine or in a container. */
export type Seen = {
  /** Unix seconds there. */
  time: number
  /** Of the folder for data. */
  sizeBytes: number
  availableBytes: number
  writable: boolean
  /** The files of the folder, by path, with a sum of each; null where there is no such folder. */
  files: Record<string, string> | null
}

/** Null where it could not be looked at: the service does not run, say. */
export function seenBy(engine: Engine, question: string): Seen | null {
  const answer = engine[question]
  if (answer?.exitCode !== 0) return null
  const lines = answer.out.split('\n')
  const lineOf = (name: string) =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1)
  // POSIX df -P: name, blocks of 1024, used, available, share, where it is mounted.
  const [size = Number.NaN, , available = Number.NaN] =
    /\s(\d+)\s+(\d+)\s+(\d+)\s+\d+%/
      .exec(lineOf('disk') ?? '')
      ?.slice(1)
      .map(Number) ?? []
  const files = lines.flatMap((line) => {
    const [, sum, path] = /^file (\d+ \d+) \.\/(.+)$/.exec(line) ?? []
    return sum && path ? [[path, sum] as const] : []
  })
  return {
    time: Number(lineOf('time')),
    sizeBytes: size * 1024,
    availableBytes: available * 1024,
    writable: lineOf('writable') === 'yes',
    files: lineOf('folder') ? Object.fromEntries(files) : null,
  }
}

/** What there is to be said of a container that did not let itself be looked into in time; undefined where that is not why. */
export function notLookedInto(engine: Engine, service: string): Verdict | undefined {
  const answer = engine[`inside-${service}`]
  if (answer && answer.exitCode !== 124) return undefined
  return {
    status: 'unknown',
    what: `${titleOf(service)} could not be looked into`,
    evidence: [`docker exec: ${failureOf(answer)}`],
    advice: 'ask again when this machine is less busy: make doctor',
  }
}
