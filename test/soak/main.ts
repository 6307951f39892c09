// The lab of plain processes under its default load, for long: does it keep its memory, its logs clean, and each
// request? make soak DURATION=30m
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { freshScrape } from '../../lab/picture.ts'
import { createPrometheus } from '../../lab/prometheus.ts'
import { type NativeLab, nativeLab } from '../native-lab.ts'
import { root } from '../processes.ts'
import { errorsIn } from './log-errors.ts'
import { growthOf, type Sample, warmSecondsOf } from './memory.ts'
import { residentBytes } from './resident.ts'

const rate = 50
/** More than this share of growth is too much. */
const allowedGrowth = 0.1

const seconds = secondsOf(process.argv[2] ?? '30m')
if (!(seconds >= 90)) {
  process.stderr.write('soak: give a duration of 90s or more, such as 30m\n')
  process.exit(2)
}
mkdirSync(join(root, '.lab'), { recursive: true })
const directory = mkdtempSync(join(root, '.lab', 'soak-'))
// Without Grafana, which not every machine can have; LAB_GRAFANA=auto has it too.
const lab = await nativeLab(directory, { LAB_GRAFANA: process.env.LAB_GRAFANA || 'none' })
const failures: string[] = []
const check = (good: boolean, what: string) => {
  process.stdout.write(`${good ? '  ok    ' : '  WRONG '}${what}\n`)
  if (!good) failures.push(what)
}

const { exitCode, stdout, stderr } = await lab.run(['up'])
process.stdout.write(stderr + stdout)
try {
  if (exitCode === 0) await soak()
  else check(false, `the lab comes up: exit code ${exitCode}`)
} finally {
  await lab.run(['down'])
}
checkLogs()
if (failures.length > 0) {
  process.stdout.write(`soak: ${failures.length} wrong; logs and data are in ${directory}\n`)
  process.exit(1)
}
rmSync(directory, { recursive: true })
process.stdout.write('soak: all is as it should be\n')

async function soak() {
  const prometheus = createPrometheus(lab.prometheusUrl)
  // Series have to be there before they can be seen to grow.
  await freshScrape(prometheus, { sleep, patienceMs: 30_000 })
  process.stdout.write(`${rate} requests a second for ${seconds} s\n`)
  const load = spawn(
    process.execPath,
    [
      join(root, 'loadgen/main.ts'),
      ...['--rate', String(rate), '--duration', `${seconds}s`, '--seed', '1', '--json', '-'],
      ...['--metrics-port', String(lab.ports.loadgen), '--no-progress'],
    ],
    { env: { ...process.env, ...lab.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const over = Promise.all([text(load.stdout), text(load.stderr), once(load, 'exit')])
  // Ctrl-C reaches the generator too: it ends in its own good order, and this process after it.
  process.on('SIGINT', () => {}).on('SIGTERM', () => load.kill('SIGTERM'))
  const going = () => load.exitCode === null && load.signalCode === null
  const samples = await sampleMemory({ ...pidsOf(lab), 'load generator': load.pid ?? 0 }, going)
  const [json, said, [exitCode]] = await over
  check(exitCode === 0, `the load generator ends with ${exitCode}${exitCode ? `: ${said}` : ''}`)
  const { planned, ok, verdict } = JSON.parse(json)
  await freshScrape(prometheus, { sleep, patienceMs: 30_000 })
  const shown = async (promql: string) => (await prometheus.query(promql))[0]?.value ?? Number.NaN
  const truth = (await (await fetch(`${lab.controlUrl}/api/truth`)).json()) as { count: number }
  const counts = {
    'answered, by the client': ok,
    'delays injected, by the server': truth.count,
    'counted by the server, in Prometheus': await shown(
      'sum(lab_request_duration_seconds_count{job="httpserver"})',
    ),
    'counted by the load generator, in Prometheus': await shown(
      'sum(last_over_time(loadgen_requests_total{outcome="ok"}[5m]))',
    ),
  }
  for (const [what, count] of Object.entries(counts))
    check(count === planned, `${what}: ${count} of ${planned}`)
  // A word on this machine, and not on the lab.
  process.stdout.write(`        the load generator's verdict on itself: ${verdict}\n`)
  for (const [name, { exits, lastExit }] of Object.entries(lab.state().processes))
    check(exits === 0, `${name} has ended ${exits} times${lastExit ? `: ${lastExit}` : ''}`)
  for (const [name, of] of Object.entries(samples)) {
    const warm = warmSecondsOf(name, seconds)
    const { early, late, share } = growthOf(of, seconds, warm)
    const change = `${share < 0 ? '' : '+'}${(100 * share).toFixed(1)} %`
    const when = `from minute ${warm / 60 + 1} to the end`
    check(
      share <= allowedGrowth,
      `memory of ${name}, ${when}: ${mebi(early)} to ${mebi(late)}, ${change}`,
    )
  }
}

function mebi(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function pidsOf(lab: NativeLab): Record<string, number> {
  const { supervisor, processes } = lab.state()
  return {
    supervisor: supervisor.pid,
    ...Object.fromEntries(Object.keys(processes).map((name) => [name, lab.pidOf(name)])),
  }
}

/** Once a second, for as long as the load lasts; says every five minutes what it has found. */
async function sampleMemory(
  pids: Record<string, number>,
  going: () => boolean,
): Promise<Record<string, Sample[]>> {
  const samples = Object.fromEntries(Object.keys(pids).map((name) => [name, [] as Sample[]]))
  const begun = performance.now()
  const elapsed = () => (performance.now() - begun) / 1000
  let told = 1
  while (going() && elapsed() < seconds) {
    for (const [name, pid] of Object.entries(pids)) {
      const bytes = residentBytes(pid)
      if (bytes !== undefined) samples[name]?.push({ seconds: elapsed(), bytes })
    }
    if (elapsed() >= 300 * told) {
      const held = Object.entries(samples).map(
        ([name, of]) => `${name} ${mebi(of.at(-1)?.bytes ?? 0)}`,
      )
      process.stdout.write(`  after ${5 * told++} minutes: ${held.join(', ')}\n`)
    }
    await sleep(1000)
  }
  return samples
}

function checkLogs() {
  for (const file of readdirSync(lab.folder.logs)) {
    const [name = ''] = file.split('.')
    const errors = errorsIn(name, readFileSync(join(lab.folder.logs, file), 'utf8'))
    check(errors.length === 0, `${file}: ${errors.length} lines tell of an error`)
    for (const line of errors.slice(0, 5)) process.stdout.write(`          ${line}\n`)
  }
}

function secondsOf(duration: string): number {
  const [, number, unit] = /^(\d+)(s|m|h)$/.exec(duration) ?? []
  return Number(number) * ({ s: 1, m: 60, h: 3600 }[unit as 's'] ?? Number.NaN)
}
