import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createPrometheus } from '../lab/prometheus.ts'

const cwd = join(import.meta.dirname, '..')
const run = promisify(execFile)

/**
 * The lab without Docker: how long `up` takes, and then the default load to the first p95; how much memory its
 * processes take at rest and after a minute of that load. Grafana is left out, as it is where Docker is measured.
 *
 * @param p95 a query that has an answer as soon as there is a p95
 */
export async function benchNativeStack(say: (text: string) => void, p95: string): Promise<void> {
  const directory = join(cwd, '.lab', 'bench')
  const prometheusUrl = 'http://127.0.0.1:9090'
  const env = {
    ...process.env,
    LAB_DIR: directory,
    LAB_MODE: 'native',
    LAB_GRAFANA: 'none',
    LOADGEN_AWAIT_SCRAPE: prometheusUrl,
  }
  const lab = (verb: string) => run(process.execPath, ['lab/main.ts', verb], { cwd, env })
  const memory = () => memoryOf(join(directory, 'native', 'state.json'))
  try {
    await lab('clean')
    const begin = performance.now()
    const elapsed = () => ((performance.now() - begin) / 1000).toFixed(1)
    await lab('up')
    say(`up without Docker: ${elapsed()} s`)
    const load = spawn(process.execPath, ['loadgen/main.ts', '--no-progress'], {
      cwd,
      env,
      stdio: 'ignore',
    })
    const ended = once(load, 'exit')
    const prometheus = createPrometheus(prometheusUrl)
    while ((await prometheus.query(p95)).length === 0) await sleep(100)
    say(`to the first p95, load started right after: ${elapsed()} s (goal 30 s)`)
    await ended
    say(`memory after a minute at 50 requests a second:\n${await memory()}`)
    await lab('down')
    await lab('up')
    await sleep(30_000)
    say(`memory at rest, half a minute after a start:\n${await memory()}`)
  } finally {
    await lab('clean')
  }
}

type State = {
  supervisor: { pid: number }
  processes: Record<string, { identity: { pid: number } | null }>
}

async function memoryOf(stateFile: string): Promise<string> {
  const { supervisor, processes } = JSON.parse(readFileSync(stateFile, 'utf8')) as State
  const pids = Object.entries(processes).map(([name, { identity }]) => [name, identity?.pid])
  const rows = [...pids, ['supervisor', supervisor.pid]].map(async ([name, pid]) => {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)])
    return `  ${name} ${(Number(stdout) / 1024).toFixed(0)} MiB`
  })
  return (await Promise.all(rows)).join('\n')
}
