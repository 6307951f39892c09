import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { tlsFiles } from '../certificate/renew.ts'
import { preflight } from '../doctor/preflight.ts'
import { complaints } from '../doctor/words.ts'
import { findGrafana, type Grafana } from '../grafana-binaries.ts'
import { findPrometheus } from '../prometheus-binaries.ts'
import { readTargets, type Target } from '../target.ts'
import { sayHowTheyAnswer } from '../target-command.ts'
import { clean, down, leaveOut } from './down.ts'
import { folderOf } from './folder.ts'
import { type Identity, identify } from './identity.ts'
import { followLogs } from './logs.ts'
import type { NotUp } from './not-up.ts'
import { takeTargets } from './own-targets.ts'
import { readSettings, type Settings } from './settings.ts'
import { up } from './up.ts'

/** What a verb is given of the world. */
export type World = {
  env: NodeJS.ProcessEnv
  /** The project's folder. */
  project: string
  /** The Node.js to run the server and the supervisor with. */
  node: string
  pid: number
  /** For the outcome. */
  print: (text: string) => void
  /** For what is to be known beside it. */
  say: (text: string) => void
  /** Looks what is broken, and says it. */
  doctor: () => Promise<unknown>
  signal: AbortSignal
}

/** The verbs of the lab as plain processes. */
export const nativeVerbs = { up: runUp, down: runDown, clean: runClean, logs: runLogs }

const titles: Record<string, string> = {
  server: 'server',
  prometheus: 'Prometheus',
  grafana: 'Grafana',
}

/**
 * Runs a verb of the lab as plain processes. Resolves to the exit code: 1 when the lab is not as it was asked
 * for, 2 for bad usage.
 */
export async function runNative(
  verb: keyof typeof nativeVerbs,
  args: string[],
  world: World,
): Promise<number> {
  const settings = readSettings(world.env, world.project)
  const allowed = verb === 'up' || verb === 'down' ? Object.keys(titles) : []
  const mistakes = [
    ...('mistakes' in settings ? settings.mistakes : []),
    ...args
      .filter((name) => !allowed.includes(name))
      .map(
        (name) =>
          `${name}: must be ${allowed.length > 0 ? `one of ${allowed.join(', ')}` : 'left out'}`,
      ),
  ]
  const asked = verb === 'up' ? world.env.TARGET : undefined
  const serverPort = 'mistakes' in settings ? undefined : settings.ports.server
  const read = asked === undefined ? undefined : readTargets(asked, serverPort)
  if (read && 'mistakes' in read) mistakes.push(...read.mistakes)
  const targets = read && 'targets' in read ? read.targets : undefined
  const self = identify(world.pid)
  if ('mistakes' in settings || mistakes.length > 0 || !self) {
    for (const mistake of mistakes) world.say(mistake)
    return 2
  }
  try {
    return await nativeVerbs[verb]({ ...world, settings, self, args, targets })
  } catch (error) {
    const { lines, message } = error as Partial<NotUp> & Error
    for (const line of lines ?? [message]) world.say(line)
    return 1
  }
}

type Known = World & {
  settings: Settings
  self: Identity
  args: string[]
  /** What TARGET asks for; undefined where there is no such variable. */
  targets: Target[] | undefined
}

const clock = { now: () => performance.now(), sleep: (ms: number) => sleep(ms) }

async function runUp(known: Known) {
  const { env, project, node, settings, self, args, targets, say, print, doctor } = known
  const startedHere = existsSync(folderOf(settings.folder).state)
  say(`${await whyNative(env, startedHere)}: the lab runs as plain processes`)
  if (env.COMPOSE_PROFILES)
    say(
      `COMPOSE_PROFILES=${env.COMPOSE_PROFILES}: profiles are Docker's, and nothing of them is started`,
    )
  const certificate = settings.tls && join(settings.tls, tlsFiles.certificate)
  if (certificate && !existsSync(certificate)) {
    say(`LAB_TLS=on, and there is no ${certificate}: make certificate makes one`)
    return 1
  }
  const sinceMs = Date.now()
  const names = await takeTargets(targets, { project, settings, self, names: args, say, ...clock })
  const wants = (name: string) => names.length === 0 || names.includes(name)
  const where = { cache: join(project, '.cache'), path: env.PATH ?? '', say }
  const prometheus = wants('prometheus') ? (await findPrometheus(where)).prometheus : ''
  const grafana = wants('grafana') && settings.grafana ? await grafanaIfAny(where) : undefined
  const programs = { node, prometheus, grafana }
  const broken = await preflight({ project, settings, path: where.path })
  if (broken.length > 0) {
    for (const line of complaints(broken, { colored: false }).split('\n')) say(line)
    say('nothing was started')
    return 1
  }
  const options = { project, settings, programs, names, self, env, say, doctor, ...clock }
  const table = await up(options)
  print('The lab is up:')
  for (const name of Object.keys(titles)) {
    const { title, ports } = table.find((definition) => definition.name === name) ?? {}
    const scheme = name === 'server' && settings.tls ? 'https' : 'http'
    if (title) print(`  ${title.padEnd(12)}${scheme}://localhost:${ports?.[0]?.port}`)
    if (name === 'server' && title) print(`  console     http://localhost:${ports?.[1]?.port}`)
  }
  if (wants('grafana') && !grafana) {
    const { prometheus, control } = settings.ports
    const rest = `, make verify compares the layers, and http://localhost:${control}/api/truth has the exact delays`
    print(
      `without Grafana: http://localhost:${prometheus} answers every query${wants('server') ? rest : ''}`,
    )
  }
  const prometheusUrl = `http://127.0.0.1:${settings.ports.prometheus}`
  const shown = async () => (grafana ? settings.ports.grafana : null)
  const out = (text: string) => print(text.trimEnd())
  const answers = { prometheusUrl, sinceMs, sleep, out, say, grafana: shown, inContainer: false }
  if (prometheus) await sayHowTheyAnswer(targets ?? [], answers)
  return 0

  async function grafanaIfAny(options: typeof where): Promise<Grafana | undefined> {
    try {
      return await findGrafana(options)
    } catch (error) {
      const tried = (error as Error).message.split('\n').join('; ')
      say(`no Grafana, so no dashboards (${tried}); install it, and make up again`)
      return undefined
    }
  }
}

async function runDown({ settings, self, args, say }: Known) {
  if (args.length > 0) {
    for (const name of args) {
      if (await leaveOut(name, { settings, self, ...clock })) say(`${name} is down until make up`)
    }
    return 0
  }
  const ended = await down({ settings, self, ...clock })
  say(ended.length > 0 ? `${ended.join(', ')} ended; data and logs stay` : 'nothing was running')
  return 0
}

async function runClean({ settings, self, say }: Known) {
  const ended = await clean({ settings, self, ...clock })
  say(`${ended.length > 0 ? `${ended.join(', ')} ended; ` : ''}data and logs are gone`)
  return 0
}

async function runLogs({ settings, print, say, signal }: Known) {
  const folder = folderOf(settings.folder).logs
  if (!existsSync(folder)) {
    say('there is no log: the lab was not started here (make up)')
    return 1
  }
  const wait = (ms: number) => sleep(ms, undefined, { signal })
  const write = (text: string) => print(text.trimEnd())
  await followLogs({ folder, lines: 100, write, sleep: wait, signal })
  return 0
}

/** Why the lab does not run in containers, in words. */
async function whyNative(env: NodeJS.ProcessEnv, startedHere: boolean): Promise<string> {
  if (env.LAB_MODE === 'native') return 'LAB_MODE=native'
  if (startedHere) return 'it was started so before (make down ends it)'
  const refusal = async (...args: string[]) => {
    try {
      await promisify(execFile)('docker', args, { env })
      return undefined
    } catch (error) {
      const { code, stderr = '' } = error as { code?: unknown; stderr?: string }
      return code === 'ENOENT' ? 'docker is not installed' : stderr.trim().split('\n').at(-1)
    }
  }
  const engine = await refusal('version')
  if (engine !== undefined) return `no Docker engine answers (${engine})`
  const compose = await refusal('compose', 'version')
  if (compose !== undefined) return `docker has no compose plugin (${compose})`
  return 'lab/main.ts was asked'
}
