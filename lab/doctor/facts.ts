import { existsSync } from 'node:fs'
import { freemem } from 'node:os'
import { folderOf } from '../native/folder.ts'
import type { Settings } from '../native/settings.ts'
import { type Answer, ask } from './answer.ts'
import { askEngine, type Engine, readEngine } from './engine.ts'

/** In containers, or as plain processes of this machine. */
export type Mode = 'docker' | 'native'

/** All that the hops are judged by: nothing is asked any more once this is there. */
export type Facts = {
  mode: Mode
  settings: Settings
  /** What Docker and Compose say; null where they were not asked. */
  engine: Engine | null
  machine: { node: string; freeMemoryBytes: number }
  server: { metrics: Answer }
  prometheus: { ready: Answer; targets: Answer }
}

export type GatherOptions = {
  /** The project's folder. */
  project: string
  env: NodeJS.ProcessEnv
  settings: Settings
  /** Null finds it out as `make up` does. */
  mode: Mode | null
  /** A folder that record.sh has written already, or null to ask the engine now. */
  record: string | null
  /** The roots of the parts, as this process reaches them. */
  urls: { server: string; prometheus: string; grafana: string }
  /** The version of the Node.js that runs. */
  node: string
}

/** No single question may take longer, in milliseconds. */
export const limitMs = 2000

/** Gathers everything at once. Takes 4 s at most, whoever hangs. */
export async function gather(options: GatherOptions): Promise<Facts> {
  const { env, settings, urls, node } = options
  const get = (url: string) => ask(url, { limitMs })
  const [engine, metrics, ready, targets] = await Promise.all([
    engineOf(options),
    get(`${urls.server}/metrics`),
    get(`${urls.prometheus}/-/ready`),
    get(`${urls.prometheus}/api/v1/targets?state=active`),
  ])
  return {
    mode: options.mode ?? modeOf(engine, settings),
    settings,
    engine,
    machine: { node, freeMemoryBytes: freemem() },
    server: { metrics },
    prometheus: { ready, targets },
  }
  async function engineOf({ mode, record }: GatherOptions): Promise<Engine | null> {
    if (mode === 'native') return null
    return record ? readEngine(record) : askEngine(env)
  }
}

/** A lab that was started as plain processes stays so; otherwise it is containers where an engine answers. */
function modeOf(engine: Engine | null, { folder }: Settings): Mode {
  if (existsSync(folderOf(folder).state)) return 'native'
  const answers = engine?.version?.exitCode === 0 && engine.compose?.exitCode === 0
  return answers ? 'docker' : 'native'
}
