import { join } from 'node:path'
import { tlsFiles } from '../certificate/renew.ts'
import { readSettings, type Settings } from '../native/settings.ts'
import { doctorHelp, parseDoctorOptions } from './doctor-options.ts'
import { examine, firstBroken } from './examine.ts'
import { type GatherOptions, gather, type Mode } from './facts.ts'
import { hops } from './hops.ts'
import type { ServerPlace } from './server-place.ts'
import { complaints, render } from './words.ts'

export type DoctorWorld = {
  /** The project's folder. */
  project: string
  env: NodeJS.ProcessEnv
  urls: GatherOptions['urls']
  /** The version of the Node.js that runs. */
  node: string
  /** How long it has taken until here since it was asked for, in milliseconds. */
  tookMs: number
  /** May what is printed be coloured? */
  colored: boolean
  /** How wide the terminal is; undefined where there is none. */
  columns: number | undefined
  out: (text: string) => void
  err: (text: string) => void
}

/** So long gathering may take, from the start of the process: the rest of the five seconds is for a busy machine. */
const limitMs = 3500

/** Runs `lab doctor`. Resolves to the exit code: 0 only when all is well, 2 for wrong usage or settings. */
export async function doctorCommand(args: readonly string[], world: DoctorWorld): Promise<number> {
  const { env, urls, node, out, err } = world
  const looks = { colored: world.colored, columns: world.columns }
  const options = parseDoctorOptions(args)
  const project = ('project' in options && options.project) || world.project
  const settings = readSettings(env, project)
  const mode = env.LAB_MODE || null
  const mistakes = [
    ...('mistakes' in options ? options.mistakes : []),
    ...('mistakes' in settings ? settings.mistakes : []),
    ...(mode === null || isMode(mode)
      ? []
      : [`LAB_MODE=${JSON.stringify(mode)}: must be docker or native`]),
    ...(urls.server === ''
      ? [`LOADGEN_URL=${JSON.stringify(env.LOADGEN_URL)}: must be a URL, as http://127.0.0.1:8080/`]
      : []),
  ]
  if ('mistakes' in options || 'mistakes' in settings || mistakes.length > 0) {
    for (const mistake of mistakes) err(`lab: ${mistake}\n`)
    err('lab: nothing was looked at; doctor --help says what there is\n')
    return 2
  }
  if (options.help) {
    out(doctorHelp)
    return 0
  }
  const facts = await gather({
    ...{ project, env, settings, urls, node },
    home: world.project,
    ca: env.LOADGEN_CA || (settings.tls ? join(settings.tls, tlsFiles.authority) : null),
    leftMs: Math.floor(Math.max(limitMs - world.tookMs, 500)),
    mode: isMode(mode) ? mode : null,
    record: options.record,
    beforeUp: options.beforeUp,
    without: options.without,
  })
  const findings = examine(facts, options.beforeUp ? hops.before : hops.all)
  const first = firstBroken(findings)
  const ok = first === null
  if (options.json) {
    const result = { ok, mode: facts.mode, firstBroken: first?.hop ?? null, hops: findings }
    out(`${JSON.stringify(result, null, 2)}\n`)
  } else if (options.beforeUp) {
    const broken = findings.filter(({ status }) => status === 'broken')
    if (broken.length > 0) out(`${complaints(broken, looks)}\n`)
  } else {
    out(`${render(findings, first, looks)}\n`)
    if (ok) out(`\nAll is well:\n${addresses(settings, facts.place)}\n`)
  }
  // Before the start, what can't be judged yet is in nobody's way.
  if (options.beforeUp) return findings.some(({ status }) => status === 'broken') ? 1 : 0
  return ok ? 0 : 1
}

const isMode = (text: string | null): text is Mode => text === 'docker' || text === 'native'

function addresses({ ports, grafana, tls }: Settings, place: ServerPlace): string {
  const all = [
    ...(place === 'nobody' ? [] : [['server', ports.server] as const]),
    ...(place === 'lab' ? [['console', ports.control] as const] : []),
    ['Prometheus', ports.prometheus],
    ...(grafana ? [['Grafana', ports.grafana] as const] : []),
  ] as const
  return all
    .map(([name, port]) => {
      const scheme = name === 'server' && tls ? 'https' : 'http'
      return `  ${name.padEnd(12)}${scheme}://localhost:${port}`
    })
    .join('\n')
}
