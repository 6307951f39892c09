import { type Container, ownContainers, titleOf } from './container.ts'
import type { Engine } from './engine.ts'
import type { Verdict } from './finding.ts'
import { logOf } from './log-reason.ts'
import { notLookedInto, seenBy } from './seen-inside.ts'

/** What each service keeps its data in. */
const volumes = [
  { service: 'prometheus', path: '/prometheus' },
  { service: 'grafana', path: '/var/lib/grafana' },
] as const

/** Some seconds of samples, and what a file system needs for itself. */
const enoughBytes = 16 * 2 ** 20

/** Can the services write what they keep? Null where there are no containers. */
export function judgeVolumes(engine: Engine | null): Verdict | null {
  if (!engine) return null
  const own = ownContainers(engine)
  if (own.length === 0) return null
  for (const { service, path } of volumes) {
    const container = own.find((each) => each.service === service)
    const verdict = container && judgeVolume(engine, container, path)
    if (verdict) return verdict
  }
  return { status: 'ok', what: 'the containers can write what they keep' }
}

function judgeVolume(engine: Engine, container: Container, path: string): Verdict | undefined {
  const { name, service, state, restarts, health } = container
  const seen = seenBy(engine, `inside-${service}`)
  const log = logOf(engine, container)
  const said = (reason: RegExp) => log.findLast((line) => reason.test(line))
  // Of one that runs, the volume is seen as it is; of one that ends again and again, there is what it said.
  const ended = state !== 'running' || (health === 'starting' && restarts > 1)
  const full = /no space left on device/
  const refused = new RegExp(`${path}\\S*: (permission denied|read-only file system)`)
  const complaint = (reason: RegExp) => {
    const line = said(reason)
    return line ? [quoted(line)] : []
  }
  if (seen ? seen.availableBytes < enoughBytes : ended && said(full)) {
    return {
      status: 'broken',
      what: `the volume of ${titleOf(service)} is full`,
      evidence: [
        ...(seen
          ? [`${name}: ${path} has ${kib(seen.availableBytes)} left of ${kib(seen.sizeBytes)}`]
          : []),
        ...complaint(full),
      ],
      advice: `free some space where Docker keeps its volumes (docker system df); to forget what ${titleOf(service)} kept: make clean`,
    }
  }
  if (seen ? !seen.writable : ended && said(refused)) {
    return {
      status: 'broken',
      what: `${titleOf(service)} may not write to its volume`,
      evidence: [
        ...(seen ? [`${name}: ${path} is not writable for it`] : []),
        ...complaint(refused),
      ],
      advice:
        'the volume belongs to somebody else, or is read-only; to have it made anew, without its data: make clean, make up',
    }
  }
  return seen ? undefined : notLookedInto(engine, service)
}

/** Of a line of a log, the part that somebody wants to read. */
function quoted(line: string): string {
  return /\berr="((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replaceAll('\\"', '"') ?? line
}

const kib = (bytes: number) => `${(bytes / 1024).toLocaleString('en')} KiB`
