import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { alertPlaces } from './alert-places.ts'
import { createControl, Refused } from './control.ts'
import { demo } from './demo.ts'
import { incidentCommand } from './incident-command.ts'
import { runLesson } from './lessons/run-lesson.ts'
import { links, renderLinks } from './links.ts'
import { driveLoad } from './load.ts'
import { nativeVerbs, runNative } from './native/verbs.ts'
import type { ClientResult } from './picture.ts'
import { createPrometheus } from './prometheus.ts'
import { receiverCommand } from './receiver-command.ts'
import type { ClientResult as VerifiedClient } from './verify/evidence.ts'
import { help, type Options, parseOptions } from './verify/options.ts'
import { insertMarkdown, renderMarkdown, renderSummary } from './verify/summary.ts'
import { type Asked, parametersOfAll, type Verification, verify } from './verify/verify.ts'

const usage = `node lab/main.ts demo [options of the load generator]
node lab/main.ts verify [options]
node lab/main.ts incident|recover [options]
node lab/main.ts lesson [N] [--answer ANSWER]
node lab/main.ts receive [options]
node lab/main.ts up [server|prometheus|grafana ...]
node lab/main.ts down [server|prometheus|grafana ...]
node lab/main.ts logs
node lab/main.ts clean

  demo     drives load, checks that Prometheus shows all of it, and says where to look
  verify   drives load and proves the picture: every layer against the truth; --help has more
  incident makes the server slow and faulty, until recover; --help has more
  recover  puts back what the lab does ordinarily; --help has more
  lesson   asks a question about the lab, and checks the answer against it; --help has more
  receive  shows the alerts that Alertmanager sends to it; --help has more
  up       starts the lab as plain processes of this machine, without Docker: all of it, or what is named
  down     ends them; the data stay
  logs     follows what they write
  clean    ends them and forgets their data
`

const loadHelp = 'The options are those of node loadgen/main.ts --help (make load ARGS=--help)\n'

const project = join(import.meta.dirname, '..')
const env: NodeJS.ProcessEnv = { ...settingsFile(), ...process.env }
const grafanaUrl = env.LAB_GRAFANA_URL ?? 'http://127.0.0.1:3000'
const ports = {
  prometheus: Number(env.LAB_PROMETHEUS_PORT ?? 9090),
  grafana: Number(env.LAB_GRAFANA_PORT ?? 3000),
  alertmanager: Number(env.LAB_ALERTMANAGER_PORT ?? 9093),
  receiver: Number(env.LAB_RECEIVER_PORT ?? 9094),
}
const prometheusUrl = env.LAB_PROMETHEUS_URL ?? `http://127.0.0.1:${ports.prometheus}`
const controlUrl = env.LAB_CONTROL_URL ?? `http://127.0.0.1:${env.LAB_CONTROL_PORT ?? 8081}`
const alertmanagerUrl = env.LAB_ALERTMANAGER_URL ?? `http://127.0.0.1:${ports.alertmanager}`
const out = (text: string) => process.stdout.write(text)
const err = (text: string) => process.stderr.write(text)

const [verb, ...rest] = process.argv.slice(2)
if (verb === 'demo' && rest.includes('--help')) process.stdout.write(`${usage}\n${loadHelp}`)
else if (verb === 'demo') process.exitCode = await runDemo(rest)
else if (verb === 'verify') process.exitCode = await runVerify(rest)
else if (verb === 'incident' || verb === 'recover') process.exitCode = await runIncident(verb)
else if (verb === 'lesson') process.exitCode = await teach(rest)
else if (verb === 'receive') process.exitCode = await runReceiver()
else if (isNative(verb)) process.exitCode = await runWithoutDocker(verb, rest)
else if (verb === '--help') process.stdout.write(usage)
else {
  const verbs = 'demo, verify, incident, recover, lesson, receive, up, down, logs or clean'
  process.stderr.write(`lab: ${verb ?? 'no verb'}: must be ${verbs}\n\n${usage}`)
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
  const stop = new AbortController()
  // Ctrl-C reaches the generator too: it ends in its own good order, and this process after it.
  const stay = () => {}
  const end = () => stop.abort()
  process.on('SIGINT', stay).on('SIGTERM', end)
  try {
    const { signal } = stop
    return await driveLoad<ClientResult>({ node: process.execPath, options, report: true, signal })
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', end)
  }
}

async function runVerify(args: string[]): Promise<number> {
  const options = parseOptions(args)
  const complain = (mistakes: string[]) => {
    for (const mistake of mistakes) process.stderr.write(`lab: ${mistake}\n`)
    process.stderr.write('lab: nothing was verified; verify --help says what there is\n')
    return 2
  }
  if ('mistakes' in options) return complain(options.mistakes)
  if (options.help) {
    process.stdout.write(help)
    return 0
  }
  // Better now than after five minutes.
  const unwritable = [options.json, options.markdown].flatMap(mistakesInFile)
  if (unwritable.length > 0) return complain(unwritable)
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort()).on('SIGTERM', () => stop.abort())
  try {
    return publish(await prove(options, stop.signal), options)
  } catch (error) {
    if (stop.signal.aborted) {
      process.stderr.write('lab: interrupted\n')
      return 130
    }
    if (error instanceof Refused) return complain(error.mistakes)
    process.stderr.write(`lab: ${(error as Error).message}\n`)
    return 1
  }
}

function teach(args: string[]): Promise<number> {
  return runLesson(args, {
    prometheus: createPrometheus(prometheusUrl),
    control: createControl(controlUrl),
    sleep,
    patienceMs: 30_000,
    say: (text) => process.stdout.write(`${text}\n`),
    complain: (text) => process.stderr.write(`lab: ${text}\n`),
  })
}

async function prove(options: Options, signal: AbortSignal): Promise<Verification[]> {
  const control = createControl(controlUrl)
  const { requests, rate, seed } = options
  const each = async (): Promise<Asked[]> =>
    (await control.names()).map((name) => ({ name, parameters: parametersOfAll[name] ?? {} }))
  const one = { name: options.behaviour, parameters: options.parameters }
  const lab = {
    control,
    prometheus: createPrometheus(prometheusUrl),
    drive: () => driveForProof(options, signal),
    show: (text: string) => outputOf(options).write(`${text}\n`),
    say: (text: string) => process.stderr.write(`lab: ${text}\n`),
    sleep: (ms: number) => sleep(ms, undefined, { signal }),
    patienceMs: 30_000,
  }
  return verify(lab, options.all ? await each() : [one], { requests, rate, seed })
}

async function driveForProof(
  { requests, rate, seed, metricsPort }: Options,
  signal: AbortSignal,
): Promise<VerifiedClient> {
  signal.throwIfAborted()
  const load = [
    ...['--requests', requests, '--rate', rate, '--seed', seed, '--arrivals', 'poisson'].map(
      String,
    ),
    // No behaviour delays for longer than two minutes: nothing is to be cut short.
    ...['--timeout', '150s', '--metrics-port', String(metricsPort)],
    ...(metricsPort > 0 ? ['--await-scrape', prometheusUrl] : []),
    ...(process.stderr.isTTY ? [] : ['--no-progress']),
  ]
  const drive = { node: process.execPath, options: load, report: false, signal }
  const { exitCode, result } = await driveLoad<VerifiedClient>(drive)
  signal.throwIfAborted()
  if (exitCode !== 0 || !result) throw new Error(`the load generator ended with ${exitCode}`)
  return result
}

function publish(all: Verification[], options: Options): number {
  const passed = ({ checks }: Verification) => checks.every((check) => check.passed)
  if (options.all) outputOf(options).write(`${renderSummary(all)}\n`)
  const { json, markdown } = options
  if (json !== null) {
    const behaviours = all.map(({ evidence, checks, words }) => ({ ...evidence, checks, words }))
    const report = { passed: all.every(passed), behaviours }
    write(json, `${JSON.stringify(report, null, 2)}\n`)
  }
  if (markdown !== null) {
    const before = existsSync(markdown) ? readFileSync(markdown, 'utf8') : ''
    write(markdown, insertMarkdown(before, renderMarkdown(all)))
  }
  return all.every(passed) ? 0 : 1
}

async function runWithoutDocker(verb: keyof typeof nativeVerbs, args: string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(usage)
    return 0
  }
  const stop = new AbortController()
  if (verb === 'logs') process.on('SIGINT', () => stop.abort()).on('SIGTERM', () => stop.abort())
  return runNative(verb, args, {
    env,
    project,
    node: process.execPath,
    pid: process.pid,
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`lab: ${text}\n`),
    signal: stop.signal,
  })
}

function isNative(verb = ''): verb is keyof typeof nativeVerbs {
  return Object.hasOwn(nativeVerbs, verb)
}

/** The file that Docker Compose reads by itself. */
function settingsFile(): NodeJS.Dict<string> {
  const file = join(project, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

/** What goes to a program on stdout must be alone there. */
function outputOf({ json, markdown }: Options): NodeJS.WriteStream {
  return json === '-' || markdown === '-' ? process.stderr : process.stdout
}

function mistakesInFile(file: string | null): string[] {
  try {
    if (file !== null && file !== '-') appendFileSync(file, '')
    return []
  } catch (error) {
    return [`${(error as Error).message}: give - for stdout`]
  }
}

function write(file: string, text: string): void {
  if (file === '-') process.stdout.write(text)
  else writeFileSync(file, text)
}

async function runIncident(verb: 'incident' | 'recover'): Promise<number> {
  return incidentCommand(verb, rest, {
    control: createControl(controlUrl),
    prometheus: createPrometheus(prometheusUrl),
    places: async () =>
      alertPlaces(ports, {
        prometheus: await answers(`${prometheusUrl}/-/ready`),
        alertmanager: await answers(`${alertmanagerUrl}/-/ready`),
        grafana: await answers(`${grafanaUrl}/api/health`),
      }),
    controlAddress: `localhost:${env.LAB_CONTROL_PORT ?? 8081}`,
    ...{ out, err, sleep, now: () => performance.now() },
  })
}

async function runReceiver(): Promise<number> {
  const end = new AbortController()
  process.once('SIGTERM', () => end.abort()).once('SIGINT', () => end.abort())
  return receiverCommand(rest, { out, err, signal: end.signal })
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
