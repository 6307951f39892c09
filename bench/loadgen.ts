import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Call, connections, type Tool, tools } from './load-tools.ts'
import { pin, pinning } from './pinning.ts'

const rounds = 5
/** Long beside a start, which is in the figures too. */
const secondsARound = 8

/** The frozen case: so many requests a second, for so long, and in the midst of it the server stands still. */
const frozen = { rate: 500, seconds: 10, fromSeconds: 3, forSeconds: 1.4 }

/**
 * The 99th percentile that a freeze makes, on paper. The requests that are due in it wait for its end, each
 * less than the one before: waits are even from its length down to nothing. So the longest are those due
 * first, and the slowest hundredth of all requests waited for at least what is left when they are due.
 */
const trueP99 = frozen.forSeconds - 0.01 * frozen.seconds

/**
 * The lab's load generator beside others, on the same server: what a request costs the client, what it
 * needs of memory, and how wrong its p99 is when the server freezes. Tools take turns, so that whatever
 * else the machine does meets them all. Needs Linux; tools that are not installed are left out.
 */
export async function benchLoadgen(say: (text: string) => void): Promise<void> {
  const server = await serve(8195)
  try {
    const there = tools.filter(isInstalled)
    const missing = tools.filter((tool) => !isInstalled(tool)).map(({ name }) => name)
    say(`${connections} connections, ${rounds} rounds of ${secondsARound} s each, ${pinning}`)
    if (missing.length > 0) say(`not installed: ${missing.join(', ')}`)

    const measured = new Map<Tool, Cost[]>(there.map((tool) => [tool, []]))
    for (let round = 0; round < rounds; round++) {
      for (const [tool, costs] of measured) {
        costs.push(await costOf(tool.closed(server.url, secondsARound)))
      }
    }
    say(
      `and ${frozen.rate} requests/s for ${frozen.seconds} s, the server frozen for ${frozen.forSeconds} s: the p99 is ${trueP99.toFixed(3)} s`,
    )
    say('                requests/s   CPU, µs/request   memory, MB   p99, frozen     error')
    for (const [tool, costs] of measured) {
      const p99 = tool.paced ? await p99WhenFrozen(tool.paced, server) : null
      const cells = [
        median(costs.map(({ perSecond }) => perSecond))
          .toFixed(0)
          .padStart(10),
        median(costs.map(({ cpuMicros }) => cpuMicros))
          .toFixed(2)
          .padStart(18),
        median(costs.map(({ megabytes }) => megabytes))
          .toFixed(0)
          .padStart(13),
        (p99 === null ? 'n/a' : `${p99.toFixed(3)} s`).padStart(14),
        (p99 === null ? 'n/a' : `${((100 * (p99 - trueP99)) / trueP99).toFixed(1)} %`).padStart(10),
      ]
      say(`  ${tool.name.padEnd(14)}${cells.join('')}`)
    }
    sayRatios(measured, say)
  } finally {
    server.child.kill('SIGKILL')
  }
}

/** What the goals are about: the processor time of a request, in proportion, round by round. */
const sayRatios = (measured: Map<Tool, Cost[]>, say: (text: string) => void) => {
  const [[, own] = [null, []], ...others] = measured
  for (const [{ name }, costs] of others) {
    const ratios = costs.map(({ cpuMicros }, n) => (own[n]?.cpuMicros ?? Number.NaN) / cpuMicros)
    say(`a request takes ${median(ratios).toFixed(2)} of ${name}'s processor time (median)`)
  }
}

type Cost = { perSecond: number; cpuMicros: number; megabytes: number }

const costOf = async (call: Call): Promise<Cost> => {
  const { stdout, cpuSeconds, megabytes } = await runCall(call)
  const { answered } = call.read(stdout)
  return {
    perSecond: answered / secondsARound,
    cpuMicros: (cpuSeconds / answered) * 1e6,
    megabytes,
  }
}

/** A stopped process answers nothing, whatever it is: no tool is favoured by how the freeze is made. */
const p99WhenFrozen = async (paced: NonNullable<Tool['paced']>, server: Server) => {
  const call = paced(server.url, frozen.rate, frozen.seconds)
  const running = runCall(call)
  await sleep(frozen.fromSeconds * 1000)
  server.child.kill('SIGSTOP')
  await sleep(frozen.forSeconds * 1000)
  server.child.kill('SIGCONT')
  return call.read((await running).stdout).p99
}

/** Runs a command to its end, and says what it took: of itself, and of what it started. */
const runCall = async ({ command, stdin }: Call) => {
  const timed = 'TIMEFORMAT="cpu %3U %3S"; time "$@"'
  const child = spawn('bash', ['-c', timed, 'bash', ...pin(1), ...command])
  child.stdin.end(stdin ?? '')
  const ended = Promise.all([text(child.stdout), text(child.stderr)])
  let megabytes = 0
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, peakMegabytes(child.pid ?? 0))
  }, 200)
  const [stdout, stderr] = await ended
  clearInterval(watch)
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)\s*$/.exec(stderr) ?? []
  return { stdout, cpuSeconds: Number(user) + Number(system), megabytes }
}

/** The most that a process' children had in memory so far, each at its own peak: proc_pid_status(5). */
const peakMegabytes = (pid: number): number => {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
    return children.reduce((sum, child) => {
      const status = readFileSync(`/proc/${child}/status`, 'utf8')
      return sum + Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
    }, 0)
  } catch {
    return 0
  }
}

type Server = Awaited<ReturnType<typeof serve>>

const serve = async (port: number) => {
  const [program = '', ...args] = [
    ...pin(0),
    process.execPath,
    join(import.meta.dirname, 'plain.ts'),
  ]
  const env = { ...process.env, PORT: String(port) }
  const child = spawn(program, args, { env, stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}/`
  const answers = () =>
    fetch(url).then(
      () => true,
      () => false,
    )
  while (!(await answers())) await sleep(50)
  return { child, url }
}

const isInstalled = ({ program }: Tool): boolean => {
  if (program === null) return true
  try {
    execFileSync('which', [program], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
