import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { folderOf } from '../lab/native/folder.ts'
import { isTaken } from '../lab/native/ports.ts'
import { readState, type State } from '../lab/native/state.ts'
import { targetFile } from '../lab/target-file.ts'
import { root } from './processes.ts'

export type NativeLab = Awaited<ReturnType<typeof nativeLab>>

/**
 * A lab of plain processes with free ports and a folder of its own; nothing runs yet. It has no Grafana, unless
 * the environment says otherwise.
 *
 * @param directory what the lab's folder is in
 */
export async function nativeLab(directory: string, more: NodeJS.ProcessEnv = {}) {
  if (existsSync(join(root, targetFile)))
    throw new Error(
      `${targetFile} is there, and changes what is tested: make up TARGET= removes it`,
    )
  const [server, control, prometheus, grafana, loadgen] = await quietPorts()
  const ports = { server, control, prometheus, grafana, loadgen }
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    LAB_DIR: directory,
    LAB_MODE: 'native',
    LAB_GRAFANA: 'none',
    LAB_TLS: 'off',
    ...Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [`LAB_${name.toUpperCase()}_PORT`, String(port)]),
    ),
    LOADGEN_URL: `http://127.0.0.1:${ports.server}/`,
    LOADGEN_AWAIT_SCRAPE: `http://127.0.0.1:${ports.prometheus}`,
    ...more,
  }
  const folder = folderOf(join(directory, 'native'))
  return {
    env,
    ports,
    folder,
    serverUrl: `http://127.0.0.1:${ports.server}`,
    controlUrl: `http://127.0.0.1:${ports.control}`,
    prometheusUrl: `http://127.0.0.1:${ports.prometheus}`,
    /** Runs a verb of the lab to its end. */
    async run(verb: string[], extra: NodeJS.ProcessEnv = {}) {
      const child = spawn(process.execPath, [join(root, 'lab/main.ts'), ...verb], {
        cwd: root,
        env: { ...env, ...extra },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      const [stdout, stderr, [exitCode]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'exit'),
      ])
      return { exitCode: exitCode as number | null, stdout, stderr }
    },
    /** Who runs, by the lab's own account. Throws where nothing does. */
    state(): State {
      const state = readState(folder.state)
      if (!state) throw new Error('there is no lab')
      return state
    },
    pidOf(name: string): number {
      const pid = this.state().processes[name]?.identity?.pid
      if (!pid) throw new Error(`${name} does not run`)
      return pid
    },
    log: (name: string) => readFileSync(folder.log(name), 'utf8'),
  }
}

/** Five different ones. */
async function quietPorts(): Promise<[number, number, number, number, number]> {
  const ports = [quietPort, quietPort, quietPort, quietPort, quietPort].map((pick) => pick())
  const all = (await Promise.all(ports)) as [number, number, number, number, number]
  return new Set(all).size === all.length ? all : quietPorts()
}

/**
 * A free port that no connection is given by chance before it is listened on: below those that Linux and macOS give
 * (32768 and up).
 */
async function quietPort(): Promise<number> {
  while (true) {
    const port = randomInt(20_000, 32_000)
    if (!(await isTaken(port))) return port
  }
}
