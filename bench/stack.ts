import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { createPrometheus } from '../lab/prometheus.ts'
import { benchNativeStack } from './native-stack.ts'

const cwd = join(import.meta.dirname, '..')
const env = { ...process.env, COMPOSE_PROJECT_NAME: 'latency-lab-bench' }
const docker = async (...args: string[]) =>
  (await promisify(execFile)('docker', args, { cwd, env })).stdout.trim()
const compose = (...args: string[]) => docker('compose', ...args)

const p95 =
  'histogram_quantile(0.95, sum by (le) (rate(lab_request_duration_seconds_bucket[1m]))) >= 0'

/** The lab as plain processes, and on a Docker engine where one answers. */
export async function benchStack(say: (text: string) => void): Promise<void> {
  await benchNativeStack(say, p95)
  const refusal = await docker('version').then(
    () => undefined,
    (error: Error) => error.message.trim().split('\n').at(-1),
  )
  if (refusal) say(`not measured with Docker: ${refusal}`)
  else await benchCompose(say)
}

/**
 * The lab on a Docker engine: how long from `docker compose up --wait`, with the image built, and then
 * `make load` to the first p95; how large the image is; how much memory the services take at rest and
 * after a minute of the default load. Grafana is left out: not every machine has its image.
 */
async function benchCompose(say: (text: string) => void): Promise<void> {
  await compose('build', '--quiet', 'server')
  const bytes = Number(await docker('image', 'inspect', '--format', '{{.Size}}', 'latency-lab'))
  say(`image: ${mega(bytes)} MB in all, ${mega(await ownBytes())} MB of it on top of Node.js`)
  try {
    const begin = performance.now()
    const elapsed = () => ((performance.now() - begin) / 1000).toFixed(1)
    await compose('up', '--detach', '--wait', 'server', 'prometheus')
    say(`docker compose up --wait: ${elapsed()} s`)
    const load = spawn(
      'docker',
      ['compose', 'run', '--rm', '-T', '--service-ports', 'loadgen', '--no-progress'],
      { cwd, env, stdio: 'ignore' },
    )
    const ended = once(load, 'exit')
    const prometheus = createPrometheus('http://127.0.0.1:9090')
    while ((await prometheus.query(p95)).length === 0) await sleep(100)
    say(`to the first p95, load started right after: ${elapsed()} s (goal 30 s)`)
    await ended
    say(`memory after a minute at 50 requests a second:\n${await memory()}`)
    await compose('restart')
    await sleep(30_000)
    say(`memory at rest, half a minute after a start:\n${await memory()}`)
  } finally {
    await compose('--profile', 'load', 'down', '--volumes')
  }
}

const mega = (bytes: number) => Math.round(bytes / 1e6)

/** What the Dockerfile adds to its base: the sizes of the layers that are ours. */
async function ownBytes(): Promise<number> {
  const size = (image: string) => docker('image', 'inspect', '--format', '{{.Size}}', image)
  return Number(await size('latency-lab')) - Number(await size('node:24-trixie-slim'))
}

async function memory(): Promise<string> {
  const ids = (await compose('ps', '--quiet')).split('\n')
  const rows = await docker('stats', '--no-stream', '--format', '  {{.Name}} {{.MemUsage}}', ...ids)
  return rows.replaceAll('latency-lab-bench-', '')
}
