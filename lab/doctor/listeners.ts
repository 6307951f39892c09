import { isTaken, whoListens } from '../native/ports.ts'
import type { PortName, Settings } from '../native/settings.ts'

/** One port of the lab, and who has it. */
export type Listener = {
  name: PortName
  port: number
  taken: boolean
  /** In words, where that can be told. */
  who: string | null
  /** Of the lab itself, as far as it is known from its own account. */
  ours: boolean
}

/**
 * Looks who has the lab's ports.
 *
 * @param ours the ports that the lab itself has now
 * @param containers which container has which port, in words; these are not looked for among the processes
 * @param sockets who listens, where this process is in a container and sees no port of the machine by itself
 */
export async function listenersOf(
  ports: Settings['ports'],
  {
    ours,
    containers,
    sockets,
  }: {
    ours: ReadonlySet<number>
    containers: ReadonlyMap<number, string>
    sockets: ReadonlyMap<number, string | null> | null
  },
): Promise<Listener[]> {
  const names = Object.keys(ports) as PortName[]
  return Promise.all(
    names.map(async (name): Promise<Listener> => {
      const port = ports[name]
      const container = containers.get(port)
      const mine = ours.has(port)
      if (container || mine) return { name, port, taken: true, who: container ?? null, ours: mine }
      if (sockets)
        return { name, port, taken: sockets.has(port), who: sockets.get(port) ?? null, ours: false }
      const taken = await isTaken(port)
      return {
        name,
        port,
        taken,
        who: taken ? ((await whoListens(port)) ?? null) : null,
        ours: false,
      }
    }),
  )
}
