import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { endAll } from './down.ts'
import { type Folder, folderOf } from './folder.ts'
import { type Identity, isAlive } from './identity.ts'
import { launch } from './launch.ts'
import { locked } from './lock.ts'
import { lastLines } from './log-file.ts'
import { isTaken, whoListens } from './ports.ts'
import { type Programs, processesOf } from './processes.ts'
import { writePrometheusConfig } from './prometheus-config.ts'
import { awaitReady } from './ready.ts'
import type { Settings } from './settings.ts'
import { readState, type State, writeState } from './state.ts'
import { type Definition, readTable, type Table, versionOf, writeTable } from './table.ts'

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
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/**
 * Brings the lab to where it should be, as plain processes: what is missing is started, what has other settings
 * or other code than before is started anew, what an earlier lab has left behind is ended. Resolves, when all is
 * ready, to what runs; the processes stay when this one ends.
 *
 * @throws {@link NotUp} when a port is taken, or a process does not start; a lab that was not up before is ended
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
    writePrometheusConfig(join(project, 'prometheus'), folder.prometheusConfig, settings.ports)
    const exitsBefore = running ? exitsOf(running, readTable(folder.table), table) : {}
    try {
      if (running) await change(folder, running, table, options)
      else start(folder, table, options)
      await allReady(folder, table, exitsBefore, options)
    } catch (error) {
      if (!running) await endAll(folder, options)
      throw error
    }
    return asked
  })
}

/** The lab did not come up; each line says why, or what to do. */
export class NotUp extends Error {
  readonly lines: string[]
  constructor(lines: string[]) {
    super(lines.join('\n'))
    this.lines = lines
  }
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

/** @throws {@link NotUp} with every port that somebody else has */
async function refuseTakenPorts(table: Table, running: Table): Promise<void> {
  const ours = new Set(running.flatMap(({ ports }) => ports.map(({ port }) => port)))
  const lines: string[] = []
  for (const { title, ports } of table) {
    for (const { port, variable } of ports) {
      if (ours.has(port) || !(await isTaken(port))) continue
      const who = await whoListens(port)
      const stop = `port ${port} (${title}) is taken${who ? ` by ${who}` : ''}: stop what listens there`
      lines.push(
        variable
          ? `${stop}, or set ${variable} to another, as in ${variable}=${(port % 65_535) + 1}`
          : `${stop}. This port stays, Prometheus scrapes it: is it a server of your own that is to be scraped? npm exec -- node lab/main.ts up prometheus grafana`,
      )
    }
  }
  if (lines.length > 0) throw new NotUp([...lines, 'nothing was started'])
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

/** How often each process had ended that goes on as it is; one that is started anew counts from zero. */
function exitsOf({ processes }: State, before: Table, table: Table): Record<string, number> {
  const versions = new Set(before.map(versionOf))
  const same = table.filter((definition) => versions.has(versionOf(definition)))
  return Object.fromEntries(same.map(({ name }) => [name, processes[name]?.exits ?? 0]))
}

async function allReady(
  folder: Folder,
  table: Table,
  exitsBefore: Record<string, number>,
  options: UpOptions,
) {
  const version = versionOf(table)
  await awaitApplied(folder, (applied) => applied === version, options)
  const failures = await Promise.all(
    table.map(async (definition) => {
      const { name, readyUrl: url, readyMs: limitMs } = definition
      const failed = () => {
        const state = readState(folder.state)
        if (!state || !isAlive(state.supervisor)) return 'is not supervised any more'
        const { exits = 0, lastExit } = state.processes[name] ?? {}
        return exits > (exitsBefore[name] ?? 0) ? `ended with ${lastExit}` : undefined
      }
      const { now, sleep } = options
      const failure = await awaitReady({ url, limitMs, failed, now, sleep })
      return failure ? describe(folder, definition, failure) : []
    }),
  )
  const lines = failures.flat()
  if (lines.length > 0) throw new NotUp(lines)
}

function describe(folder: Folder, { name, title }: Definition, failure: string): string[] {
  const log = folder.log(name)
  const lines = lastLines(log, 10).map((line) => `  ${line}`)
  const without = name === 'grafana' ? ['LAB_GRAFANA=none make up runs the lab without it'] : []
  if (lines.length === 0) return [`${title} ${failure}; it wrote nothing`, ...without]
  return [`${title} ${failure}; the end of ${log}:`, ...lines, ...without]
}

async function awaitApplied(
  folder: Folder,
  enough: (applied: string) => boolean,
  { now, sleep }: UpOptions,
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
