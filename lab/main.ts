import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { alertPlaces } from './alert-places.ts'
import { certificateCommand } from './certificate-command.ts'
import { createControl } from './control.ts'
import { demoCommand } from './demo-command.ts'
import { doctorCommand } from './doctor/doctor-command.ts'
import { incidentCommand } from './incident-command.ts'
import { runLesson } from './lessons/run-lesson.ts'
import { secureServerOf } from './native/secure-server.ts'
import { readSettings } from './native/settings.ts'
import { nativeVerbs, runNative } from './native/verbs.ts'
import { createPrometheus } from './prometheus.ts'
import { receiverCommand } from './receiver-command.ts'
import { reload, type SecureServer } from './reload.ts'
import { targetCommand } from './target-command.ts'
import { verifyCommand } from './verify/verify-command.ts'

const usage = `node lab/main.ts demo [options of the load generator]
node lab/main.ts verify [options]
node lab/main.ts doctor [options]
node lab/main.ts incident|recover [options]
node lab/main.ts lesson [N] [--answer ANSWER]
node lab/main.ts receive [options]
node lab/main.ts certificate [options]
node lab/main.ts reload
node lab/main.ts target [--wait] TARGET...
node lab/main.ts up|down [server|prometheus|grafana ...]
node lab/main.ts logs
node lab/main.ts clean

  demo     drives load, checks that Prometheus shows all of it, and says where to look
  verify   drives load and proves the picture: every layer against the truth; --help has more
  doctor   names what is broken between the server and the panel, and what to do; --help has more
  incident makes the server slow and faulty, until recover; --help has more
  recover  puts back what the lab does ordinarily; --help has more
  lesson   asks a question about the lab, and checks the answer against it; --help has more
  receive  shows the alerts that Alertmanager sends to it; --help has more
  certificate
           makes or renews the certificate of a lab that speaks https:; --help has more
  reload   has the server read its certificate anew, and looks whether it did
  target   writes the target file for services of your own; --help has more
  up       starts the lab as plain processes of this machine, without Docker: all of it, or what is named
  down     ends them; the data stay
  logs     follows what they write
  clean    ends them and forgets their data
`

const loadHelp = 'The options are those of node loadgen/main.ts --help (make load ARGS=--help)\n'

const project = join(import.meta.dirname, '..')
// TARGET is said once, and is in its own file from then on.
const env: NodeJS.ProcessEnv = { ...settingsFile(), TARGET: undefined, ...process.env }
const ports = {
  control: Number(env.LAB_CONTROL_PORT ?? 8081),
  prometheus: Number(env.LAB_PROMETHEUS_PORT ?? 9090),
  grafana: Number(env.LAB_GRAFANA_PORT ?? 3000),
  alertmanager: Number(env.LAB_ALERTMANAGER_PORT ?? 9093),
  receiver: Number(env.LAB_RECEIVER_PORT ?? 9094),
}
const secure = env.LAB_TLS === 'on'
const urls = {
  control: env.LAB_CONTROL_URL ?? `http://127.0.0.1:${ports.control}`,
  prometheus: env.LAB_PROMETHEUS_URL ?? `http://127.0.0.1:${ports.prometheus}`,
  grafana: env.LAB_GRAFANA_URL ?? `http://127.0.0.1:${ports.grafana}`,
  alertmanager: env.LAB_ALERTMANAGER_URL ?? `http://127.0.0.1:${ports.alertmanager}`,
}
const answers = {
  console: () => answersAt(`${urls.control}/api/behaviour`),
  prometheus: () => answersAt(`${urls.prometheus}/-/ready`),
  grafana: () => answersAt(`${urls.grafana}/api/health`),
  alertmanager: () => answersAt(`${urls.alertmanager}/-/ready`),
}

const out = (text: string) => process.stdout.write(text)
const err = (text: string) => process.stderr.write(text)
const say = (text: string) => err(`lab: ${text}\n`)
const node = process.execPath

/** What the verbs are given of the lab that runs. */
const lab = {
  control: createControl(urls.control),
  prometheus: createPrometheus(urls.prometheus),
  ...{ out, err, sleep, node },
}

/** Each verb, from its arguments to the exit code. */
const verbs: Record<string, (args: string[]) => Promise<number>> = {
  demo: async (args) => {
    if (args.includes('--help')) return help(`${usage}\n${loadHelp}`)
    return demoCommand(args, {
      ...lab,
      ports,
      secure,
      consoleRuns: answers.console,
      grafanaRuns: answers.grafana,
      signal: untilEnded(),
    })
  },
  verify: (args) => {
    const watched = Boolean(process.stderr.isTTY)
    const options = { prometheusUrl: urls.prometheus, watched, signal: untilEnded() }
    return verifyCommand(args, { ...lab, ...options })
  },
  doctor: (args) => examineLab(args, { print: out, tookMs: performance.now() }),
  incident: (args) => changeIncident('incident', args),
  recover: (args) => changeIncident('recover', args),
  lesson: (args) => {
    const print = (text: string) => out(`${text}\n`)
    return runLesson(args, { ...lab, patienceMs: 30_000, say: print, complain: say })
  },
  receive: (args) => receiverCommand(args, { out, err, signal: untilEnded() }),
  certificate: (args) => {
    const folder = resolve(project, env.LAB_DIR || '.lab', 'tls')
    const shown = join(env.LAB_DIR || '.lab', 'tls')
    return certificateCommand(args, { folder, shown, now: Date.now, ...{ out, err } })
  },
  reload: async (args) => {
    if (args.includes('--help')) return help(usage)
    const inContainer = args[0] === '--in-container'
    const mistakes = args.slice(inContainer ? 1 : 0)
    for (const arg of mistakes) say(`${arg}: must be left out`)
    if (mistakes.length > 0) return 2
    const server = inContainer ? ownSecureServer() : nativeSecureServer()
    const signal = (pid: number) => process.kill(pid, 'SIGHUP')
    const now = () => performance.now()
    return reload({ server, signal, now, ...{ out, err, sleep } })
  },
  target: (args) => {
    const grafana = async () => ((await answers.grafana()) ? ports.grafana : null)
    const inContainer = env.LAB_PROMETHEUS_URL !== undefined
    const nowMs = () => Date.now()
    const options = { prometheusUrl: urls.prometheus, sleep, grafana, inContainer, nowMs }
    return targetCommand(args, { out, say, ...options })
  },
  ...Object.fromEntries(
    (Object.keys(nativeVerbs) as (keyof typeof nativeVerbs)[]).map((verb) => [
      verb,
      (args: string[]) => runWithoutDocker(verb, args),
    ]),
  ),
}

const [verb, ...rest] = process.argv.slice(2)
const run = Object.hasOwn(verbs, verb ?? '') ? verbs[verb ?? ''] : undefined
if (run) process.exitCode = await run(rest)
else if (verb === '--help') process.exitCode = help(usage)
else {
  say(`${verb ?? 'no verb'}: must be one of ${Object.keys(verbs).join(', ')}\n\n${usage.trimEnd()}`)
  process.exitCode = 2
}

async function changeIncident(verb: 'incident' | 'recover', args: string[]): Promise<number> {
  return incidentCommand(verb, args, {
    ...lab,
    places: async () =>
      alertPlaces(ports, {
        prometheus: await answers.prometheus(),
        alertmanager: await answers.alertmanager(),
        grafana: await answers.grafana(),
      }),
    controlAddress: `localhost:${ports.control}`,
    now: () => performance.now(),
  })
}

function examineLab(
  args: string[],
  { print, tookMs }: { print: (text: string) => void; tookMs: number },
): Promise<number> {
  const bind = env.LAB_BIND && env.LAB_BIND !== '0.0.0.0' ? env.LAB_BIND : '127.0.0.1'
  const server = new URL(
    env.LOADGEN_URL ?? `${secure ? 'https' : 'http'}://${bind}:${env.LAB_SERVER_PORT || 8080}/`,
  )
  return doctorCommand(args, {
    ...{ project, env, err, tookMs, out: print },
    urls: { ...urls, server: server.origin },
    node: process.versions.node,
    colored: Boolean(process.stdout.isTTY),
  })
}

async function runWithoutDocker(verb: keyof typeof nativeVerbs, args: string[]): Promise<number> {
  if (args.includes('--help')) return help(usage)
  return runNative(verb, args, {
    ...{ env, project, node, say },
    pid: process.pid,
    print: (text) => out(`${text}\n`),
    doctor: () => examineLab([], { print: err, tookMs: 0 }),
    // The others are brief, and a Ctrl-C may end them at once.
    signal: verb === 'logs' ? untilEnded() : new AbortController().signal,
  })
}

/** In the server's container, whose first process passes signals on. */
function ownSecureServer(): SecureServer | undefined {
  const { TLS_CERT: certFile, TLS_KEY: keyFile, LOADGEN_CA: caFile } = process.env
  if (!certFile || !keyFile || !caFile) return undefined
  return { pid: 1, port: 8080, certFile, keyFile, caFile }
}

function nativeSecureServer(): SecureServer | undefined {
  const settings = readSettings(env, project)
  return 'mistakes' in settings ? undefined : secureServerOf(settings)
}

function help(text: string): number {
  out(text)
  return 0
}

/** Aborts at Ctrl-C or SIGTERM, which no longer end this process by themselves. */
function untilEnded(): AbortSignal {
  const stop = new AbortController()
  process.on('SIGINT', () => stop.abort()).on('SIGTERM', () => stop.abort())
  return stop.signal
}

/** The file that Docker Compose reads by itself. */
function settingsFile(): NodeJS.Dict<string> {
  const file = join(project, '.env')
  return existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}
}

async function answersAt(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  )
}
