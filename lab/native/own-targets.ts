import type { Target } from '../target.ts'
import { readTargetFile, replacesServer, targetFile, writeTargetFile } from '../target-file.ts'
import { type Clock, leaveOut } from './down.ts'
import { folderOf } from './folder.ts'
import { type Identity, isAlive } from './identity.ts'
import { isTaken, whoListens } from './ports.ts'
import type { Settings } from './settings.ts'
import { readState } from './state.ts'

export type TakeTargetsOptions = Clock & {
  project: string
  settings: Settings
  self: Identity
  /** The processes that are asked for, all of them if it is empty. */
  names: string[]
  say: (text: string) => void
}

/**
 * Writes the target file, and sees which processes there are to be beside what it names: the lab's server not
 * where one of a person's own takes its place, or where somebody else has its port. One that runs is ended
 * then.
 *
 * @param targets what is asked for: none for none any more, undefined for what there is already
 * @returns the names for `up`
 */
export async function takeTargets(
  targets: Target[] | undefined,
  options: TakeTargetsOptions,
): Promise<string[]> {
  const { project, settings, names, say } = options
  if (targets) writeTargetFile(project, targets)
  const content = readTargetFile(project)
  if (content === undefined) return names
  if (!targets) say(`what ${targetFile} names is scraped, too; make up TARGET= (nothing) ends that`)
  if (names.length > 0) return names
  const { server } = settings.ports
  const out = "the lab's own server, with its console and behaviours, stays out"
  if (replacesServer(content)) {
    await leaveOut('server', options)
    say(`port ${server} is your service's: ${out}`)
    return withoutServer
  }
  if (!runsServer(settings) && (await isTaken(server))) {
    const who = await whoListens(server)
    say(`port ${server} is taken${who ? ` by ${who}` : ''}: ${out}`)
    return withoutServer
  }
  return names
}

const withoutServer = ['prometheus', 'grafana']

function runsServer(settings: Settings): boolean {
  const identity = readState(folderOf(settings.folder).state)?.processes.server?.identity
  return Boolean(identity && isAlive(identity))
}
