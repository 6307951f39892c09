import { type Container, ownContainers, titleOf } from './container.ts'
import type { Engine } from './engine.ts'
import type { Verdict } from './finding.ts'
import { notLookedInto, type Seen, seenBy } from './seen-inside.ts'

type Files = NonNullable<Seen['files']>

/** The folders that compose.yaml mounts, and a file without which its service is of no use. */
const mounts = [
  { service: 'prometheus', folder: 'prometheus', file: 'prometheus.yml' },
  {
    service: 'grafana',
    folder: 'grafana/provisioning',
    file: 'datasources/prometheus.yaml',
  },
] as const

/**
 * Do the containers find in their mounts what is in the folders here? Docker makes a folder that is missing anew, empty; and
 * a container keeps the folder that it was started with, also when another one has its name by now. Null where there are no
 * containers.
 */
export function judgeMounts(engine: Engine | null): Verdict | null {
  if (!engine) return null
  const own = ownContainers(engine)
  if (own.length === 0) return null
  for (const mount of mounts) {
    const container = own.find(({ service }) => service === mount.service)
    const verdict = container && judgeMount(engine, mount, container)
    if (verdict) return verdict
  }
  return { status: 'ok', what: 'containers find in their mounts what is in the folders here' }
}

function judgeMount(
  engine: Engine,
  { service, folder, file }: (typeof mounts)[number],
  { name }: Container,
): Verdict | undefined {
  const here = filesIn(engine, `outside-${service}`)
  const there = filesIn(engine, `inside-${service}`)
  if (here === undefined) return undefined
  if (!here || Object.keys(here).length === 0) {
    return {
      status: 'broken',
      what: `the folder ${folder}, which ${titleOf(service)} reads, is ${here ? 'empty' : 'not there'}`,
      evidence: [
        here
          ? `${folder}: no file in it. Docker makes a missing folder anew, empty, when it mounts it`
          : `${folder}: no such folder`,
      ],
      advice: `put it back: git checkout -- ${folder}; then docker compose up -d --force-recreate ${service}`,
    }
  }
  if (!there) return notLookedInto(engine, service)
  const changed = changedFiles(there, here)
  if (changed.length === 0) return undefined
  const count = Object.keys(there).length
  return {
    status: 'broken',
    what: `${titleOf(service)} still has the folder ${folder} that was there when it was started`,
    evidence: [
      count === 0
        ? `${name}: its mount has become empty, and ${folder} here has ${Object.keys(here).length} files, ${file} among them`
        : `${name}: another ${changed.slice(0, 3).join(', ')} than here${changed.length > 3 ? `, and ${changed.length - 3} more` : ''}`,
    ],
    advice: `the folder was moved or made anew since: docker compose restart ${service}`,
  }
}

/** Without those in Prometheus' folder `discovered`, where a container has a volume that discovery fills. */
function filesIn(engine: Engine, question: string): Files | null | undefined {
  const files = seenBy(engine, question)?.files
  if (!files) return files
  return Object.fromEntries(
    Object.entries(files).filter(([path]) => !path.startsWith('discovered/')),
  )
}

/** The paths whose files differ, or are only on one side. */
export function changedFiles(before: Files, after: Files): string[] {
  const paths = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...paths].filter((path) => before[path] !== after[path]).sort()
}
