import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { caInContainers } from '../lab/certificate/prometheus-config.ts'
import { findPrometheus } from '../lab/prometheus-binaries.ts'

export const root = join(import.meta.dirname, '..')

/** The real Prometheus and promtool that the tests use; fetched when there are none. */
export const prometheusBinaries = () =>
  findPrometheus({
    cache: join(root, '.cache'),
    path: process.env.PATH ?? '',
    say: (line) => process.stderr.write(`${line}\n`),
  })

/** A process of the lab, and how to end it. */
export type Running = { url: string; port: number; pid: number; stop: () => Promise<void> }

/** A server, where its control listener is, and the lines that it has logged so far. */
export type RunningServer = Running & { controlUrl: string; log: string[] }

/** Starts the server on a free port. */
export async function startServer(env: NodeJS.ProcessEnv = {}): Promise<RunningServer> {
  const child = spawn(process.execPath, [join(root, 'server/main.ts')], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', CONTROL_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const log: string[] = []
  lines.on('line', (line) => log.push(line))
  // The line that it listens is at info level: a quieter LOG_LEVEL would never say so.
  const [listening] = await once(lines, 'line', { signal: AbortSignal.timeout(10_000) })
  // Others may have come with it, and stay.
  log.shift()
  const { address, control } = JSON.parse(listening)
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    controlUrl: `http://127.0.0.1:${control.port}`,
    pid: child.pid ?? 0,
    log,
    stop: () => end(child),
  }
}

/** Starts discovery on a free port, and writes what it finds to a file. */
export async function startDiscovery(etcdUrl: string, targetsFile: string) {
  const child = spawn(process.execPath, [join(root, 'discovery/main.ts')], {
    env: {
      PATH: process.env.PATH,
      HOST: '127.0.0.1',
      DISCOVERY_PORT: '0',
      ETCD_URL: etcdUrl,
      TARGETS_FILE: targetsFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)
  const log: string[] = []
  lines.on('line', (line) => log.push(line))
  const [listening] = await once(lines, 'line', { signal: AbortSignal.timeout(10_000) })
  log.shift()
  const { port } = JSON.parse(listening)
  return { url: `http://127.0.0.1:${port}`, port, pid: child.pid ?? 0, log, stop: () => end(child) }
}

/**
 * Starts a Prometheus with the lab's own configuration, its targets replaced by ports on this machine; by
 * default it scrapes itself without a detour.
 *
 * @returns where it is, and its folder, in which `targets` and `discovered` are watched
 * @param rules a file of rules, as YAML, beside the lab's own
 * @param ca the file with the authority that vouches for a server that speaks https:
 */
export async function startPrometheus(
  targets: {
    server: number
    loadgen: number
    prometheus?: number
    alertmanager?: number
    /** What a target file says of others, as YAML. */
    others?: string
    etcd?: number
    discovery?: number
  },
  { scrapeSeconds = 5, rules = '', ca = '' } = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'lab-prometheus-'))
  const port = await freePort()
  cpSync(join(root, 'prometheus'), folder, { recursive: true })
  const config = readFileSync(join(folder, ca ? 'prometheus.tls.yml' : 'prometheus.yml'), 'utf8')
    .replace(caInContainers, ca)
    .replace(/(scrape|evaluation)_interval: 5s/g, `$1_interval: ${scrapeSeconds}s`)
    .replace('scrape_timeout: 4s', `scrape_timeout: ${Math.min(4, scrapeSeconds)}s`)
    .replace('localhost:9090', `127.0.0.1:${targets.prometheus ?? port}`)
    .replace('host.docker.internal:8080', `127.0.0.1:${targets.server}`)
    .replace('host.docker.internal:9464', `127.0.0.1:${targets.loadgen}`)
    // No name is looked up: what a machine's resolver says of it is none of the tests' business.
    .replace(
      /dns_sd_configs:(\n {8}.*)+/,
      `static_configs: [{ targets: [${targets.alertmanager ? `127.0.0.1:${targets.alertmanager}` : ''}] }]`,
    )
    .replace(/dns_sd_configs: \[\{ names: \[(\w+)\].*\]/g, (_, name: 'etcd' | 'discovery') => {
      const target = targets[name] ? `127.0.0.1:${targets[name]}` : ''
      return `static_configs: [{ targets: [${target}] }]`
    })
  writeFileSync(join(folder, 'prometheus.yml'), config)
  if (targets.others) writeFileSync(join(folder, 'targets/others.yaml'), targets.others)
  if (rules) writeFileSync(join(folder, 'rules/more.yaml'), rules)

  const binaries = await prometheusBinaries()
  const child = spawn(
    binaries.prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    await end(child)
    rmSync(folder, { recursive: true })
  }
  while (
    !(await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`Prometheus ended with ${child.exitCode}`)
    await sleep(50)
  }
  return { url, port, pid: child.pid ?? 0, folder, stop }
}

/** Runs the load generator to its end, and answers with its exit code and its result. */
export async function runLoad(options: string[]) {
  const child = spawn(
    process.execPath,
    [join(root, 'loadgen/main.ts'), '--json', '-', '--no-progress', ...options],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  return { exitCode, result: JSON.parse(stdout) }
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

async function end(child: ChildProcess) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
