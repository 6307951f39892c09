// The supervisor: one process that keeps those of the lab running. lab/main.ts starts it, tells it with
// SIGHUP that the table has changed, and ends it with SIGTERM.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess } from './end.ts'
import { folderOf } from './folder.ts'
import { identify, isAlive } from './identity.ts'
import { launch } from './launch.ts'
import { lastLines, rotate, sizeOf } from './log-file.ts'
import { readState, writeState } from './state.ts'
import { createSupervisor } from './supervisor.ts'
import { readTable } from './table.ts'

const [root] = process.argv.slice(2)
const self = identify(process.pid)
if (!root || !self) {
  process.stderr.write('supervisor: give it the folder of the lab; make up does\n')
  process.exit(2)
}
const folder = folderOf(root)
const { PATH, HOME, TMPDIR, TZ } = process.env
const inherited = Object.fromEntries(
  Object.entries({ PATH, HOME, TMPDIR, TZ }).filter(([, value]) => value !== undefined),
)
const say = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`)
const now = () => performance.now()

const supervisor = createSupervisor({
  self,
  launch: ({ name, command, args, env, cwd }) =>
    launch({ command, args, cwd, env: { ...inherited, ...env }, log: folder.log(name) }),
  save: (state) => writeState(folder.state, state),
  end: (identity, limitMs) => endProcess(identity, { limitMs, now, sleep }),
  say,
  markLog: (name) => {
    const from = sizeOf(folder.log(name))
    return () => lastLines(folder.log(name), 10, from)
  },
  now,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
})

let work: Promise<unknown> = Promise.resolve()
const then = (step: () => Promise<void>) => {
  work = work.then(step).catch((error: Error) => say(`${error.stack}`))
}
const apply = () => then(() => supervisor.apply(readTable(folder.table)))
let stopping = false
const stop = (reason: string) => {
  if (stopping) return
  stopping = true
  then(async () => {
    say(`stopping: ${reason}`)
    await supervisor.stop()
    if (isOurs()) rmSync(folder.state, { force: true })
    process.exit(0)
  })
}

process.on('SIGHUP', apply)
process.on('SIGTERM', () => stop('SIGTERM'))
process.on('SIGINT', () => stop('SIGINT'))
apply()
setInterval(look, 1000)

/** Keeps the logs bounded, and does not outlive the folder that it could be found by. */
function look() {
  try {
    for (const name of readdirSync(folder.logs)) {
      if (name.endsWith('.log')) rotate(join(folder.logs, name))
    }
  } catch (error) {
    say(`the logs could not be looked at: ${(error as Error).message}`)
  }
  if (!isOurs()) stop(`${folder.state} is not there any more, or another one's`)
}

function isOurs(): boolean {
  const named = readState(folder.state)?.supervisor
  return named !== undefined && named.pid === process.pid && isAlive(named)
}
