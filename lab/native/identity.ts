import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'

/**
 * Which process is meant, for ever: numbers are given anew once a process has ended, but never with the
 * same start.
 */
export type Identity = { pid: number; started: string }

/** Answers when a live process was started, in words of its own; undefined where there is none. */
export type StartOf = (pid: number) => string | undefined

/**
 * From /proc, where there is one: the boot, and clock ticks since (field 22 of proc_pid_stat(5)). A process
 * that has ended and that nobody has asked after (state Z or X) does not live.
 */
export const startFromProc: StartOf = (pid) => {
  const stat = readOr(`/proc/${pid}/stat`)
  // The name, in parentheses, may hold anything, spaces and parentheses too.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const ticks = fields[18]
  if (!state || !ticks || state === 'Z' || state === 'X') return undefined
  return `${readOr('/proc/sys/kernel/random/boot_id').trim()} ${ticks}`
}

/** From ps, as on macOS: to the second. */
export const startFromPs: StartOf = (pid) => {
  try {
    const options = {
      encoding: 'utf8',
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    } as const
    const row = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options).trim()
    const [, state = '', start] = /^(\S+)\s+(.+)$/.exec(row) ?? []
    return state.startsWith('Z') ? undefined : start
  } catch {
    return undefined
  }
}

const startHere: StartOf = (pid) =>
  (existsSync('/proc/self/stat') ? startFromProc : startFromPs)(pid)

/** Who has this process number now, if anybody. */
export function identify(pid: number, startOf: StartOf = startHere): Identity | undefined {
  const started = startOf(pid)
  return started === undefined ? undefined : { pid, started }
}

/** Does this very process live, and not another one that got its number later? */
export function isAlive({ pid, started }: Identity, startOf: StartOf = startHere): boolean {
  return startOf(pid) === started
}

function readOr(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
