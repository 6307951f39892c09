import { isTaken, whoListens } from '../native/ports.ts'
import type { Settings } from '../native/settings.ts'
import type { Published } from './published.ts'

/** One port of the lab, and who has it. */
export type Listener = {
  /** Of the port, as in the settings; of one of a profile's, its service. */
  name: string
  port: number
  taken: boolean
  /** In words, where that can be told. */
  who: string | null
  /** Of the lab itself, as far as it is known from its own account. */
  ours: boolean
}

/** Who listens on a port of this machine, in words; null where that can't be told. */
export type Sockets = ReadonlyMap<number, string | null>

/** Looks which of these ports are taken, and by which process. */
export async function socketsOf(ports: Settings['ports']): Promise<Sockets> {
  const found = await Promise.all(
    Object.values(ports).map(async (port) =>
      (await isTaken(port)) ? [[port, (await whoListens(port)) ?? null] as const] : [],
    ),
  )
  return new Map(found.flat())
}

/**
 * Who has the lab's ports. Of one that Docker has published it is the container that matters, and not Docker's process
 * that listens for it.
 *
 * @param processes the ports of the lab's own processes
 */
export function listenersOf(
  ports: Record<string, number>,
  {
    sockets,
    published: { containers, ours },
    processes,
  }: { sockets: Sockets; published: Published; processes: readonly number[] },
): Listener[] {
  return Object.entries(ports).map(([name, port]) => ({
    name,
    port,
    taken: sockets.has(port) || containers.has(port),
    who: containers.get(port) ?? sockets.get(port) ?? null,
    ours: ours.has(port) || processes.includes(port),
  }))
}
