import { type Engine, engineJson } from './engine.ts'
import type { Verdict } from './finding.ts'
import { projectOf } from './published.ts'

/** A container as `docker inspect` describes it, as far as it matters here. */
export type Container = {
  Name: string
  Config: { Labels: Record<string, string> }
  State: { Status: string; ExitCode: number; OOMKilled: boolean; Health?: { Status: string } }
}

/** The lab's containers, by service. */
export function containersOf(engine: Engine): Map<string, Container> {
  const project = projectOf(engine)
  const all = engineJson<Container[]>(engine.containers) ?? []
  return new Map(
    all
      .filter(({ Config: { Labels } }) => Labels['com.docker.compose.project'] === project)
      .filter(({ Config: { Labels } }) => Labels['com.docker.compose.oneoff'] !== 'True')
      .map((container) => [container.Config.Labels['com.docker.compose.service'] ?? '', container]),
  )
}

/** Do the lab's containers run? */
export function judgeContainers(engine: Engine | null): Verdict | null {
  if (!engine) return null
  const containers = containersOf(engine)
  if (containers.size === 0) {
    return {
      status: 'broken',
      what: 'the lab is not running',
      evidence: [`no container of the Compose project ${projectOf(engine)}`],
      advice: 'make up',
    }
  }
  return { status: 'ok', what: `${[...containers.keys()].join(', ')} are there` }
}
