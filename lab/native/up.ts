import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { tlsFiles } from '../certificate/renew.ts'
import { allReady, awaitApplied, exitsOf, logBytesOf } from './all-ready.ts'
import { endAll } from './down.ts'
import { type Folder, folderOf } from './folder.ts'
import { type Identity, isAlive } from './identity.ts'
import { launch } from './launch.ts'
import { locked } from './lock.ts'
import { NotUp } from './not-up.ts'
import { type Programs, processesOf } from './processes.ts'
import { writePrometheusConfig } from './prometheus-config.ts'
import type { Settings } from './settings.ts'
import { readState, type State, writeState } from './state.ts'
import { readTable, type Table, versionOf, writeTable } from './table.ts'
import { refuseTakenPorts } from './taken-ports.ts'

export type UpOptions = {
  /** The project's folder. */
  project: string
  settings: Settings
  programs: Programs
  /** The processes to have, by name; all of them if it is empty. */
  names: string[]
  self: Identity
  env: NodeJS.ProcessEnv
  say: (text: string) => void
  /** Looks what is broken, and says it: it is called while what has started still runs. */
  doctor: () => Promise<unknown>
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/**
 * Brings the lab to where it should be, as plain processes: what is missing is started, what has other settings
 * or other code than before is started anew, what an earlier lab has left behind is ended. Resolves, when all is
 * ready, to what runs; the processes stay when this one ends.
 *
 * @throws a NotUp when a port is taken, or a process does not start; a lab that was not up before is ended
 * then
 */
export async function up(options: UpOptions): Promise<Table> {
  const { project, settings, programs, names, self } = options
  const folder = folderOf(settings.folder)
  // The table of processes has Grafana's password in it.
  mkdirSync(folder.root, { recursive: true, mode: 0o700 })
  for (const each of [folder.logs, folder.prometheusData, folder.grafanaData])
    mkdirSync(each, { recursive: true })
  return locked(folder.lock, self, async () => {
    const running = await supervised(folder, options)
    const all = processesOf(project, folder, settings, programs)
    const asked = all.filter(({ name }) => names.length === 0 || names.includes(name))
    // What else runs stays as it is.
    const others = running
      ? readTable(folder.table).filter(({ name }) => names.length > 0 && !names.includes(name))
      : []
    const order = (name: string) => all.findIndex((each) => each.name === name)
    const table = [...asked, ...others].sort((a, b) => order(a.name) - order(b.name))
    await refuseTakenPorts(table, running ? readTable(folder.table) : [])
    const ca = settings.tls && join(settings.tls, tlsFiles.authority)
    const { prometheusConfig } = folder
    writePrometheusConfig(join(project, 'prometheus'), prometheusConfig, settings.ports, ca)
    const before = {
      exits: running ? exitsOf(running, readTable(folder.table), table) : {},
      logBytes: logBytesOf(folder, table),
    }
    try {
      if (running) await change(folder, running, table, options)
      else start(folder, table, options)
      await allReady(folder, table, before, options)
    } catch (error) {
      await options.doctor()
      if (running) throw error
      await endAll(folder, options)
      if (error instanceof NotUp) error.lines.push('what had started was ended again')
      throw error
    }
    return asked
  })
}

/** Who runs, if a supervisor sees to it. What one has left behind is ended. */
async function supervised(folder: Folder, options: UpOptions): Promise<State | undefined> {
  const state = readState(folder.state)
  if (!state) return undefined
  if (isAlive(state.supervisor)) return state
  const ended = await endAll(folder, options)
  if (ended.length > 0)
    options.say(`${ended.join(', ')} had been left behind by a supervisor that died: ended`)
  return undefined
}

function start(folder: Folder, table: Table, { programs, env }: UpOptions): void {
  writeTable(folder.table, table)
  const { identity, begin, child } = launch({
    command: programs.node,
    args: [join(import.meta.dirname, 'main.ts'), folder.root],
    env,
    cwd: folder.root,
    log: folder.log('supervisor'),
  })
  writeState(folder.state, { supervisor: identity, applied: '', processes: {} })
  begin()
  child.unref()
}

/** Tells the supervisor that the table has changed, if it has. */
async function change(folder: Folder, running: State, table: Table, options: UpOptions) {
  // It can't be told before it listens.
  const { applied } = await awaitApplied(folder, (version) => version !== '', options)
  if (applied === versionOf(table)) return
  const before = readTable(folder.table)
  for (const definition of table) {
    const old = before.find(({ name }) => name === definition.name)
    if (old && versionOf(old) !== versionOf(definition))
      options.say(`${definition.title} has other settings or other files than before: started anew`)
  }
  writeTable(folder.table, table)
  process.kill(running.supervisor.pid, 'SIGHUP')
}
