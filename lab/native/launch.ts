import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { type Identity, identify } from './identity.ts'

export type LaunchOptions = {
  command: string
  args: string[]
  env: NodeJS.ProcessEnv
  cwd: string
  /** File that stdout and stderr are appended to. */
  log: string
}

/** A process that waits to begin. */
export type Launched = { child: ChildProcess; identity: Identity; begin: () => void }

/**
 * Starts a process that does nothing yet: it becomes the program only when it is told to `begin`, and ends
 * if who started it dies before that. So it can be written down before it does anything, and there is no
 * moment at which it runs and nobody could find it again.
 *
 * It leads a session of its own, so that a Ctrl-C in the terminal is not for it, and writes straight to its
 * log, so that it outlives who started it without losing a line.
 *
 * @throws when no process could be made at all; a program that is not there ends with 127 and says so in the log
 */
export function launch({ command, args, env, cwd, log }: LaunchOptions): Launched {
  const output = openSync(log, 'a')
  try {
    // exec keeps the number and the start of the process.
    const gate = 'read -r go && exec "$0" "$@" </dev/null'
    const child = spawn('/bin/sh', ['-c', gate, command, ...args], {
      env,
      cwd,
      detached: true,
      stdio: ['pipe', output, output],
    })
    // It may be killed before it reads.
    child.stdin?.on('error', () => {})
    child.on('error', () => {})
    const identity = child.pid === undefined ? undefined : identify(child.pid)
    if (!identity) throw new Error(`${command} could not be started`)
    return { child, identity, begin: () => child.stdin?.end('go\n') }
  } finally {
    closeSync(output)
  }
}
