import { existsSync, statSync } from 'node:fs'
import { freemem } from 'node:os'
import { join } from 'node:path'
import { folderOf } from '../native/folder.ts'
import type { Settings } from '../native/settings.ts'
import { readTargetFile, targetFile } from '../target-file.ts'
import { type Answer, ask } from './answer.ts'
import { ownContainers } from './container.ts'
import { askEngine, type Engine, type EngineAnswer, readEngine } from './engine.ts'
import { type GrafanaFacts, panelQuestion } from './grafana-hop.ts'
import { type Listener, listenersOf, type Sockets, socketsOf } from './listeners.ts'
import type { Machine } from './machine-hop.ts'
import { type DataFolder, dataFolderOf, type NativeLab, nativeLabOf } from './native-lab.ts'
import { wrongPackages } from './packages.ts'
import { profilePorts } from './profile-ports.ts'
import { askPrometheus, type PrometheusFacts } from './prometheus-facts.ts'
import { checkConfig, findPromtool } from './promtool.ts'
import { type Provisioning, readProvisioning } from './provisioning.ts'
import { type Published, publishedOf } from './published.ts'
import { askSecure } from './secure-answer.ts'
import { runsWithoutServer, type ServerPlace, serverPlaceOf } from './server-place.ts'
import type { TargetFile } from './services-hop.ts'
import { readSockets } from './sockets.ts'
import { sourcesOf, textOf } from './sources.ts'

/** In containers, or as plain processes of this machine. */
export type Mode = 'docker' | 'native'

/** All that the hops are judged by: nothing is asked any more once this is there. */
export type Facts = {
  mode: Mode
  /** Is it only about what matters before anything was started? */
  beforeUp: boolean
  /** Services that are not to be started. */
  without: string[]
  settings: Settings
  /** Seconds since the epoch, when all was gathered. */
  now: number
  machine: Machine
  /** What Docker and Compose say; null where they were not asked. */
  engine: Engine | null
  /** What promtool says of prometheus.yml; null where there is none. */
  promtool: EngineAnswer | null
  /** The texts of prometheus.yml and the rules, by path below the project's folder. */
  sources: Record<string, string>
  provisioning: Provisioning
  listeners: Listener[]
  /** A lab of plain processes; null where none was started. */
  native: NativeLab | null
  /** Where a lab of plain processes keeps its data. */
  folders: DataFolder[]
  /** What `make up TARGET=…` has written; null where there is none. */
  targetFile: TargetFile | null
  /** Does the lab run, without a server of its own? */
  withoutServer: boolean
  /** Who is to answer on the port of the lab's server. */
  place: ServerPlace
  server: { metrics: Answer }
  prometheus: PrometheusFacts
  grafana: GrafanaFacts
}

export type GatherOptions = {
  /** The folder of the project that this program is of. */
  home: string
  /** The folder of the project that is looked at. */
  project: string
  env: NodeJS.ProcessEnv
  settings: Settings
  /** Null finds it out as `make up` does. */
  mode: Mode | null
  /** A folder that record.sh has written already, or null to ask the engine now. */
  record: string | null
  /** If it is only about what matters before anything was started, no part of the lab is asked. */
  beforeUp: boolean
  /** Services that are not to be started. */
  without: string[]
  /** The roots of the parts, as this process reaches them. */
  urls: { server: string; prometheus: string; grafana: string }
  /** The file with the certificate that vouches for a server that speaks https:, if there is one. */
  ca: string | null
  /** The version of the Node.js that runs. */
  node: string
  /** How long all of it may take, in milliseconds. */
  leftMs: number
}

/** No address may take longer to answer, in milliseconds. */
const addressMs = 2500

/** Gathers everything at once, and takes no longer than it may: what has not answered by then has not answered. */
export async function gather(options: GatherOptions): Promise<Facts> {
  const limitMs = Math.min(addressMs, options.leftMs)
  const { beforeUp, without, home, project, settings, urls, node, record } = options
  const get = async (url: string): Promise<Answer> =>
    beforeUp ? { url, error: 'NOT_ASKED', ms: 0 } : ask(url, { limitMs })
  const serverMetrics = (): Promise<Answer> => {
    const url = `${urls.server}/metrics`
    if (beforeUp || !url.startsWith('https:')) return get(url)
    return askSecure(url, { limitMs, ca: options.ca ? textOf(options.ca) : undefined })
  }
  const grafana = async (): Promise<GrafanaFacts> => {
    const query = `${urls.grafana}/api/ds/query`
    const [health, answer] = await Promise.all([
      get(`${urls.grafana}/api/health`),
      beforeUp ? get(query) : ask(query, { limitMs, post: panelQuestion }),
    ])
    return { health, query: answer }
  }
  const now = () => Date.now() / 1000
  const native = nativeLabOf(settings)
  const sources = sourcesOf(project)
  const [engine, seen, here, metrics, prometheus, panels] = await Promise.all([
    engineOf(options),
    record ? null : socketsOf(settings.ports),
    promtoolOf(options),
    serverMetrics(),
    askPrometheus(urls.prometheus, get, now),
    grafana(),
  ])
  const mode = options.mode ?? modeOf(engine, settings)
  const profiles = mode === 'docker' ? profilePorts(engine, Object.values(settings.ports)) : {}
  const told = readSockets(engine?.sockets?.out ?? '')
  const listeners = listenersOf(
    { ...settings.ports, ...profiles },
    {
      // Which ports a profile has is not known before Compose has said so: of those it is what the engine's side saw.
      sockets: seen ? new Map([...only(told, Object.values(profiles)), ...seen]) : told,
      published: inUse(publishedOf(engine), engine),
      processes: native?.processes.filter(({ alive }) => alive).flatMap(({ ports }) => ports) ?? [],
    },
  )

  const { prometheusData } = folderOf(settings.folder)
  const withoutServer = runsWithoutServer({ mode, native, engine })
  const own = targetFileOf(project)
  const place = serverPlaceOf({
    content: own?.content,
    port: settings.ports.server,
    withoutServer,
    stranger: listeners.some(({ name, taken, ours }) => name === 'server' && taken && !ours),
  })
  return {
    ...{ targetFile: own, withoutServer, place },
    ...{ mode, beforeUp, without, settings, engine, sources, listeners, native, prometheus },
    now: now(),
    machine: {
      node,
      wrongPackages: record ? [] : wrongPackages(home),
      freeMemoryBytes: freemem(),
    },
    promtool:
      mode === 'docker' && engine?.promtool?.exitCode !== 125 ? (engine?.promtool ?? here) : here,
    provisioning: readProvisioning(project),
    folders: [dataFolderOf(prometheusData)],
    server: { metrics },
    grafana: panels,
  }
}

const only = (sockets: Sockets, ports: readonly number[]) =>
  [...sockets].filter(([port]) => ports.includes(port))

/** A container of the lab that ends again and again has its ports for a moment each time: they are the lab's all the while. */
function inUse(published: Published, engine: Engine | null): Published {
  const living = ownContainers(engine ?? {}).filter(({ state }) => /running|restarting/.test(state))
  const ports = living.flatMap((container) => container.ports.map(({ port }) => port))
  return { ...published, ours: new Set([...published.ours, ...ports]) }
}

function targetFileOf(project: string): TargetFile | null {
  const content = readTargetFile(project)
  if (content === undefined) return null
  return { content, writtenAt: statSync(join(project, targetFile)).mtimeMs / 1000 }
}

async function engineOf({ mode, record, env, leftMs }: GatherOptions): Promise<Engine | null> {
  if (mode === 'native') return null
  return record ? readEngine(record) : askEngine(env, leftMs)
}

async function promtoolOf({
  home,
  project,
  env,
  record,
}: GatherOptions): Promise<EngineAnswer | null> {
  const promtool = record ? undefined : findPromtool(home, env.PATH ?? '')
  return promtool ? checkConfig(promtool, project) : null
}

/** A lab that was started as plain processes stays so; otherwise it is containers where an engine answers. */
function modeOf(engine: Engine | null, { folder }: Settings): Mode {
  if (existsSync(folderOf(folder).state)) return 'native'
  const answers = engine?.version?.exitCode === 0 && engine.compose?.exitCode === 0
  return answers ? 'docker' : 'native'
}
