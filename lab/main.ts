import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { demo } from './demo.ts'
import { links, renderLinks } from './links.ts'
import type { ClientResult } from './picture.ts'
import { createPrometheus } from './prometheus.ts'

const usage = `node lab/main.ts demo [options of the load generator]

  demo   drives load, checks that Prometheus shows all of it, and says where to look
`

const { env } = process
const prometheusUrl = env.LAB_PROMETHEUS_URL ?? 'http://127.0.0.1:9090'
const grafanaUrl = env.LAB_GRAFANA_URL ?? 'http://127.0.0.1:3000'
const ports = {
  prometheus: Number(env.LAB_PROMETHEUS_PORT ?? 9090),
  grafana: Number(env.LAB_GRAFANA_PORT ?? 3000),
}

const [verb, ...rest] = process.argv.slice(2)
if (verb === 'demo') process.exitCode = await runDemo(rest)
else if (verb === '--help') process.stdout.write(usage)
else {
  process.stderr.write(`lab: ${verb ?? 'no verb'}: must be demo\n\n${usage}`)
  process.exitCode = 2
}

async function runDemo(loadOptions: string[]): Promise<number> {
  try {
    const shown = await demo({
      prometheus: createPrometheus(prometheusUrl),
      load: () => load(loadOptions),
      say: (text) => process.stdout.write(`${text}\n`),
      sleep,
      patienceMs: 30_000,
    })
    const { grafana, prometheus, server } = links(ports)
    const all = [
      { ...grafana, running: await answers(`${grafanaUrl}/api/health`) },
      { ...prometheus, running: true },
      { ...server, running: true },
    ]
    process.stdout.write(`\nLook:\n${renderLinks(all)}\n`)
    return shown ? 0 : 1
  } catch (error) {
    process.stderr.write(`lab: ${(error as Error).message}\n`)
    return 1
  }
}

async function load(options: string[]): Promise<ClientResult | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  const file = join(folder, 'result.json')
  const main = fileURLToPath(new URL('../loadgen/main.ts', import.meta.url))
  try {
    const child = spawn(process.execPath, [main, '--json', file, ...options], { stdio: 'inherit' })
    // Ctrl-C reaches the generator too: it ends in its own good order, and this process after it.
    const stay = () => {}
    process.on('SIGINT', stay).on('SIGTERM', () => child.kill('SIGTERM'))
    const [exitCode] = await once(child, 'exit')
    return exitCode === 0 ? JSON.parse(readFileSync(file, 'utf8')) : undefined
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
