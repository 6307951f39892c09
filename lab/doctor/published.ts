import { type Engine, engineJson } from './engine.ts'

/** Which container has which port of this machine, and which of them are the lab's. */
export type Published = { containers: Map<number, string>; ours: Set<number> }

type Row = { Names: string; Ports: string; Labels: string }

/** The name of the Compose project: the one that compose.yaml says, unless the environment says otherwise. */
export function projectOf(engine: Engine): string {
  return engineJson<{ name?: string }>(engine.config)?.name ?? 'latency-lab'
}

/** Reads what `docker ps` says of ports. */
export function publishedOf(engine: Engine | null): Published {
  const published: Published = { containers: new Map(), ours: new Set() }
  if (engine?.published?.exitCode !== 0) return published
  const project = projectOf(engine)
  for (const line of engine.published.out.split('\n').filter(Boolean)) {
    const { Names, Ports, Labels } = JSON.parse(line) as Row
    const labels = Labels.split(',')
    const its = labels
      .find((label) => label.startsWith('com.docker.compose.project='))
      ?.split('=')[1]
    for (const [, first = '', last] of Ports.matchAll(/:(\d+)(?:-(\d+))?->/g)) {
      for (let port = Number(first); port <= Number(last ?? first); port++) {
        published.containers.set(
          port,
          `the container ${Names}${its ? ` of the Compose project ${its}` : ''}`,
        )
        if (its === project) published.ours.add(port)
      }
    }
  }
  return published
}
