import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { addressesOf } from './addresses.ts'
import { alertPlaces } from './alert-places.ts'
import { certificateCommand } from './certificate-command.ts'
import { createControl } from './control.ts'
import { demoCommand } from './demo-command.ts'
import { doctorCommand } from './doctor/doctor-command.ts'
import { incidentCommand } from './incident-command.ts'
import { runLesson } from './lessons/run-lesson.ts'
import { nativeVerbs, runNative } from './native/verbs.ts'
import { createPrometheus } from './prometheus.ts'
import { receiverCommand } from './receiver-command.ts'
import { reloadCommand } from './reload-command.ts'
import { targetCommand } from './target-command.ts'
import { loadHelp, usage } from './usage.ts'
import { verifyCommand } from './verify/verify-command.ts'

const project = join(import.meta.dirname, '..')
// TARGET is said once, and is in its own file from then on.
const env: NodeJS.ProcessEnv = { ...settingsFile(), TARGET: undefined, ...process.env }
const { ports, secure, urls } = addressesOf(env)
const answers = {
  prometheus: () => answersAt(`${urls.prometheus}/-/ready`),
  grafana: () => answersAt(`${urls.grafana}/api/health`),
  alertmanager: () => answersAt(`${urls.alertmanager}/-/ready`),
}

const out = (text: string) => process.stdout.write(text)
const err = (text: string) => process.stderr.write(text)
const say = (text: string) => err(`lab: ${text}\n`)
const node = process.execPath
const elapsed = () => performance.now()

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
      consoleRuns: () =>
        lab.control.behaviour().then(
          () => true,
          () => false,
        ),
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
  reload: (args) => {
    const signal = (pid: number) => process.kill(pid, 'SIGHUP')
    return reloadCommand(args, { ...{ env, project, signal, out, err, sleep }, now: elapsed })
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
    now: elapsed,
  })
}

function examineLab(
  args: string[],
  { print, tookMs }: { print: (text: string) => void; tookMs: number },
): Promise<number> {
  const isTerminal = Boolean(process.stdout.isTTY)
  return doctorCommand(args, {
    ...{ project, env, err, tookMs, out: print },
    urls,
    node: process.versions.node,
    // https://no-color.org
    colored: isTerminal && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    columns: isTerminal ? process.stdout.columns || undefined : undefined,
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
