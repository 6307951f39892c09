import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fetchDebianPrograms } from '../lab/debian-package.ts'
import { freePort, root } from './processes.ts'

/** A real InfluxDB 1.x whose process comes and goes, while its data and its port stay. */
export type Influxd = {
  url: string
  /** Starts its process, and waits until it answers. */
  start: () => Promise<void>
  /** Sends its process a signal; SIGKILL and SIGTERM end it, and are waited for. */
  signal: (name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT') => Promise<void>
  /** The rows of a query about the database `lab`, by series. Throws what the database says of one it doesn't take. */
  query: (influxql: string) => Promise<InfluxSeries[]>
  /** Ends it, and forgets its data. */
  stop: () => Promise<void>
}

/** A series as InfluxDB answers with it: a row's first value is its time, in milliseconds. */
export type InfluxSeries = {
  name: string
  tags?: Record<string, string>
  columns: string[]
  values: (number | string | null)[][]
}

/**
 * Makes a database on a free port; nothing runs yet.
 *
 * @param env settings of its own, as in `INFLUXDB_HTTP_AUTH_ENABLED`
 */
export async function makeInfluxd(env: NodeJS.ProcessEnv = {}): Promise<Influxd> {
  const program = await findInfluxd()
  const folder = mkdtempSync(join(tmpdir(), 'lab-influxd-'))
  const [port, backupPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const config = join(folder, 'influxdb.conf')
  writeFileSync(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${backupPort}"
[meta]
dir = "${folder}/meta"
[data]
dir = "${folder}/data"
wal-dir = "${folder}/wal"
query-log-enabled = false
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
`,
  )
  mkdirSync(join(folder, 'meta'))
  let child: ChildProcess | undefined
  const ended = () => !child || child.exitCode !== null || child.signalCode !== null
  const signal: Influxd['signal'] = async (name) => {
    if (!child || ended()) return
    const exited = once(child, 'exit')
    child.kill(name)
    if (name === 'SIGKILL' || name === 'SIGTERM') await exited
  }
  return {
    url,
    signal,
    async start() {
      child = spawn(program, ['-config', config], { env, stdio: 'ignore' })
      while (!(await answers(`${url}/ping`))) {
        if (ended()) throw new Error(`${program} ended with ${child.exitCode}`)
        await sleep(50)
      }
    },
    query: (influxql) => query(url, influxql),
    async stop() {
      await signal('SIGKILL')
      rmSync(folder, { recursive: true })
    },
  }
}

/** Asks an InfluxDB about its database `lab`. */
export async function query(url: string, influxql: string): Promise<InfluxSeries[]> {
  const parameters = new URLSearchParams({ db: 'lab', epoch: 'ms', q: influxql })
  const response = await fetch(`${url}/query?${parameters}`)
  const { error, results = [] } = (await response.json()) as {
    error?: string
    results?: { error?: string; series?: InfluxSeries[] }[]
  }
  const mistake = error ?? results.find((result) => result.error)?.error
  if (mistake) throw new Error(`${influxql}: ${mistake}`)
  return results.flatMap(({ series = [] }) => series)
}

/** The one on PATH, in the cache, or the distribution's, fetched into the cache. */
async function findInfluxd(): Promise<string> {
  const folder = join(root, '.cache', 'influxdb')
  const places = [...(process.env.PATH ?? '').split(delimiter), folder]
  const there = () => places.map((each) => join(each, 'influxd')).find(isProgram)
  const found = there()
  if (found) return found
  process.stderr.write(`no InfluxDB on this machine: fetching the distribution’s into ${folder}\n`)
  try {
    await fetchDebianPrograms({ packages: ['influxdb'], programs: ['influxd'], folder })
  } catch (cause) {
    throw new Error('no influxd on PATH, and none by apt-get: install InfluxDB 1.6 to 1.12', {
      cause,
    })
  }
  return join(folder, 'influxd')
}

const isProgram = (file: string) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const answers = (url: string) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
