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

const loadHelp = 'The options are those of node loadgen/main.ts --help (make load ARGS=--help)\n'

const { env } = process
const prometheusUrl = env.LAB_PROMETHEUS_URL ?? 'http://127.0.0.1:9090'
const grafanaUrl = env.LAB_GRAFANA_URL ?? 'http://127.0.0.1:3000'
const ports = {
  prometheus: Number(env.LAB_PROMETHEUS_PORT ?? 9090),
  grafana: Number(env.LAB_GRAFANA_PORT ?? 3000),
}

const [verb, ...rest] = process.argv.slice(2)
if (verb === 'demo' && rest.includes('--help')) process.stdout.write(`${usage}\n${loadHelp}`)
else if (verb === 'demo') process.exitCode = await runDemo(rest)
else if (verb === '--help') process.stdout.write(usage)
else {
  process.stderr.write(`lab: ${verb ?? 'no verb'}: must be demo\n\n${usage}`)
  process.exitCode = 2
}

async function runDemo(loadOptions: string[]): Promise<number> {
  let loadExitCode = 0
  try {
    const shown = await demo({
      prometheus: createPrometheus(prometheusUrl),
      load: async () => {
        const { exitCode, result } = await load(loadOptions)
        loadExitCode = exitCode
        return result
      },
      say: (text) => process.stdout.write(`${text}\n`),
      sleep,
      patienceMs: 30_000,
    })
    if (loadExitCode !== 0) return loadExitCode
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

/** Runs the load generator to its end; its result is there when its exit code is 0. */
async function load(options: string[]): Promise<{ exitCode: number; result?: ClientResult }> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  const file = join(folder, 'result.json')
  const main = fileURLToPath(new URL('../loadgen/main.ts', import.meta.url))
  // Of an option given twice the last one holds: the result is to be where it is read.
  const child = spawn(process.execPath, [main, ...options, '--json', file], { stdio: 'inherit' })
  // Ctrl-C reaches the generator too: it ends in its own good order, and this process after it.
  const passOn = (signal: NodeJS.Signals) => void (signal === 'SIGTERM' && child.kill(signal))
  process.on('SIGINT', passOn).on('SIGTERM', passOn)
  try {
    const [exitCode] = await once(child, 'exit')
    if (exitCode !== 0) return { exitCode: exitCode ?? 1 }
    return { exitCode, result: JSON.parse(readFileSync(file, 'utf8')) }
  } finally {
    process.off('SIGINT', passOn).off('SIGTERM', passOn)
    rmSync(folder, { recursive: true })
  }
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
