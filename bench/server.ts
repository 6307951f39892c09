import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { pin, pinning } from './pinning.ts'

const root = join(import.meta.dirname, '..')
const rounds = 15
const secondsARound = 2

/**
 * How much of bare Hono's throughput the lab's server keeps on `GET /ping` with all of its metrics. Both
 * are up at once on one core, and take turns under the same load from another, so that whatever else the
 * machine does meets both. The access log is off: it is not what is measured. Needs Linux.
 */
export async function benchServer(say: (text: string) => void): Promise<void> {
  const servers = {
    bare: serve('bench/bare.ts', 8191),
    lab: serve('server/main.ts', 8192),
  }
  try {
    for (const { url } of Object.values(servers)) {
      await untilAnswers(url)
      await load(url, 2)
    }
    say(`GET /ping, ${rounds} rounds of ${secondsARound} s each, 50 connections, ${pinning}`)
    say('  round        bare Hono               the lab              share kept')
    const kept: number[] = []
    for (let round = 1; round <= rounds; round++) {
      const bare = await measure(servers.bare)
      const lab = await measure(servers.lab)
      const share = bare.cpuMicros / lab.cpuMicros
      kept.push(share)
      say(`  ${String(round).padStart(5)}${show(bare)}${show(lab)}${percent(share).padStart(12)}`)
    }
    const median = kept.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
    say(`per core, the lab answers ${percent(median)} of what bare Hono does (median; goal 90 %)`)
  } finally {
    for (const { child } of Object.values(servers)) child.kill('SIGKILL')
  }
}

function serve(main: string, port: number) {
  const env = { ...process.env, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'silent' }
  const [program = '', ...args] = [...pin(0), process.execPath, join(root, main)]
  return {
    child: spawn(program, args, { env, stdio: 'ignore' }),
    url: `http://127.0.0.1:${port}/ping`,
  }
}

type Server = ReturnType<typeof serve>

/**
 * One round. What a server can answer on its core is the inverse of the processor time that it takes for
 * a request; the rate alone would flatter whichever server the client can't saturate.
 */
async function measure({ url, child }: Server) {
  const before = cpuSeconds(child.pid)
  const { answered, perSecond } = await load(url, secondsARound)
  return { perSecond, cpuMicros: ((cpuSeconds(child.pid) - before) / answered) * 1e6 }
}

/** User and system time of a process so far. Linux counts it in ticks of 10 ms: proc_pid_stat(5). */
function cpuSeconds(pid = 0): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const show = ({ perSecond, cpuMicros }: Awaited<ReturnType<typeof measure>>) =>
  `${perSecond.toFixed(0).padStart(9)}/s${cpuMicros.toFixed(2).padStart(8)} µs `

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

async function load(url: string, seconds: number) {
  const autocannon = join(root, 'node_modules/autocannon/autocannon.js')
  const options = ['--json', '--no-progress', '-c', '50', '-d', String(seconds), url]
  const [program = '', ...args] = [...pin(1), process.execPath, autocannon, ...options]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [stdout] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const { requests, duration } = JSON.parse(stdout)
  return { answered: requests.total, perSecond: requests.total / duration }
}

async function untilAnswers(url: string) {
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await sleep(50)
}
