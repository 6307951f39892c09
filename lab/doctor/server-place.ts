import { readTargets } from '../target.ts'
import { namedIn, replacementsIn } from '../target-file.ts'
import { ownContainers } from './container.ts'
import type { Facts } from './facts.ts'

/**
 * Who is to answer on the port of the lab's server: the lab's own (or whatever was started for it, as `make dev` is), a
 * service that `make up TARGET=…` has put in its place, or nobody whose business that is.
 */
export type ServerPlace = 'lab' | 'yours' | 'nobody'

export type ServerPlaceQuestion = {
  /** What the target file of `make up TARGET=…` says; undefined where there is none. */
  content: string | undefined
  /** The port of the lab's server. */
  port: number
  /** Does the lab run without a server of its own? */
  withoutServer: boolean
  /** Does somebody listen on the port who is not the lab? */
  stranger: boolean
}

/** Who is to answer on the port of the lab's server, by the target file and by what runs. */
export function serverPlaceOf(question: ServerPlaceQuestion): ServerPlace {
  const { content, port, withoutServer, stranger } = question
  if (content === undefined || !withoutServer) return 'lab'
  const replacements = replacementsIn(content)
  if (replacements.length > 0) {
    const read = readTargets(replacements.join(' '), port)
    const asked = 'targets' in read && read.targets.some(({ replaces }) => replaces === 'target')
    return asked ? 'yours' : 'nobody'
  }
  // make up leaves the lab's server out where somebody else has its port, if there is another service to be watched.
  return stranger && namedIn(content).length > 0 ? 'nobody' : 'lab'
}

/** Does the lab run, without a server of its own? Then somebody else's may be in its place. */
export function runsWithoutServer({
  mode,
  native,
  engine,
}: Pick<Facts, 'mode' | 'native' | 'engine'>): boolean {
  if (mode === 'native') {
    const names = native?.processes.map(({ name }) => name) ?? []
    return names.length > 0 && !names.includes('server')
  }
  const containers = engine ? ownContainers(engine) : []
  const server = containers.find(({ service }) => service === 'server')
  return containers.length > 0 && server?.state !== 'running'
}
