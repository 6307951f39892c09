import { type Container, ownContainers, titleOf } from './container.ts'
import type { Engine, EngineAnswer } from './engine.ts'
import type { Verdict } from './finding.ts'
import { changedFiles } from './mounts-hop.ts'
import { seenBy } from './seen-inside.ts'

/**
 * Were the containers made from what is here now: this folder, this compose.yaml with these settings, this code? Null
 * where there are none.
 */
export function judgeMade(engine: Engine | null): Verdict | null {
  if (!engine) return null
  const own = ownContainers(engine)
  if (own.length === 0) return null
  return (
    ofAnotherFolder(engine, own) ??
    ofNoService(engine, own) ??
    ofOtherSettings(engine, own) ??
    ofAnOlderImage(engine, own) ??
    ofOlderCode(engine, own) ?? { status: 'ok', what: 'each was made from what is here now' }
  )
}

/**
 * Compose knows a project by its name, and two folders can have the same one. Where what it would make here is the very same,
 * as of a server, which mounts nothing, Compose leaves the container as it is, and so does the doctor.
 */
function ofAnotherFolder(engine: Engine, own: Container[]): Verdict | undefined {
  // As this folder was entered, and what it is behind symbolic links.
  const [folder = '', ...others] = (engine.folder?.out ?? '').trim().split('\n')
  const hashes = hashesOf(engine)
  const strange = own.find(
    (each) =>
      each.folder &&
      ![folder, ...others].includes(each.folder) &&
      hashes.get(each.service) !== each.configHash,
  )
  if (!strange) return undefined
  return {
    status: 'broken',
    what: `${titleOf(strange.service)} that runs is that of another folder`,
    evidence: [`${strange.name} was started in ${strange.folder}, and this is ${folder}`],
    advice: 'make up here takes its place; its data stay',
  }
}

function ofNoService(engine: Engine, own: Container[]): Verdict | undefined {
  if (engine.hashes?.exitCode !== 0) return undefined
  const services = [...hashesOf(engine).keys()]
  const orphan = own.find(({ service }) => !services.includes(service))
  if (!orphan) return undefined
  return {
    status: 'broken',
    what: `there is a container of a service that compose.yaml no longer has: ${orphan.service}`,
    evidence: [`${orphan.name}: ${orphan.state}; compose.yaml has ${services.sort().join(', ')}`],
    advice: `docker rm --force ${orphan.name}`,
  }
}

function ofOtherSettings(engine: Engine, own: Container[]): Verdict | undefined {
  const hashes = hashesOf(engine)
  const stale = own.filter(({ service, configHash }) => {
    const hash = hashes.get(service)
    return hash !== undefined && hash !== configHash
  })
  const [first] = stale
  if (!first) return undefined
  return {
    status: 'broken',
    what: `${stale.map(({ service }) => titleOf(service)).join(' and ')} ${stale.length > 1 ? 'were' : 'was'} made from an older compose.yaml, or with other settings`,
    evidence: stale.map(
      ({ name, service, configHash }) =>
        `${name}: made from ${short(configHash)}, docker compose config --hash ${service} says ${short(hashes.get(service))}`,
    ),
    advice: 'make up makes it anew; the data stay',
  }
}

function ofAnOlderImage(engine: Engine, own: Container[]): Verdict | undefined {
  const ids = pairsOf(engine.images)
  const stale = own.find(({ image }) => {
    const id = ids.get(/:[^/]+$/.test(image.name) ? image.name : `${image.name}:latest`)
    return id !== undefined && id !== image.id
  })
  if (!stale) return undefined
  return {
    status: 'broken',
    what: `${titleOf(stale.service)} runs from an older image`,
    evidence: [`${stale.name}: made from ${short(stale.image.id)}, no longer ${stale.image.name}`],
    advice: 'make up makes it anew; the data stay',
  }
}

/** The image has the server's code in it, so that code which is edited is not yet what runs. */
function ofOlderCode(engine: Engine, own: Container[]): Verdict | undefined {
  const server = own.find(({ service, state }) => service === 'server' && state === 'running')
  const inside = seenBy(engine, 'inside-server')?.files
  const outside = seenBy(engine, 'outside-server')?.files
  if (!server || !inside || !outside) return undefined
  // .dockerignore leaves the tests out.
  const changed = changedFiles(inside, outside).filter((path) => !path.endsWith('.test.ts'))
  if (changed.length === 0) return undefined
  return {
    status: 'broken',
    what: 'the server runs older code than is here',
    evidence: [`${server.name} has another ${listed(changed.map((path) => `server/${path}`))}`],
    advice: 'make up builds it anew',
  }
}

/** What `docker compose config --hash` says of each service; empty where that was not told. */
const hashesOf = (engine: Engine) => pairsOf(engine.hashes)

/** Lines of two words each. */
function pairsOf(answer: EngineAnswer | undefined): Map<string, string> {
  const lines = answer?.exitCode === 0 ? answer.out.trim().split('\n') : []
  return new Map(lines.map((line) => line.split(' ') as [string, string]))
}

const short = (hash = '') => hash.replace(/^sha256:/, '').slice(0, 12)

const listed = (paths: string[]) =>
  paths.length > 3
    ? `${paths.slice(0, 3).join(', ')} and ${paths.length - 3} more`
    : paths.join(', ')
