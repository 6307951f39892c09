import { NotUp } from './not-up.ts'
import { isTaken, whoListens } from './ports.ts'
import type { Table } from './table.ts'

/**
 * Sees to it that every port is to be had before anything starts.
 *
 * @param running what runs already, and has its ports
 * @throws {@link NotUp} with every port that somebody else has, who that is, and what is to be done
 */
export async function refuseTakenPorts(table: Table, running: Table): Promise<void> {
  const ours = new Set(running.flatMap(({ ports }) => ports.map(({ port }) => port)))
  const lines: string[] = []
  for (const { title, ports } of table) {
    for (const { port, variable } of ports) {
      if (ours.has(port) || !(await isTaken(port))) continue
      const who = await whoListens(port)
      const stop = `port ${port} (${title}) is taken${who ? ` by ${who}` : ''}: stop what listens there`
      lines.push(
        variable
          ? `${stop}, or take another port: ${variable}=${(port % 65_535) + 1} as a line of the file .env`
          : `${stop}. This port stays, Prometheus scrapes it: is it a service of your own that is to be scraped? make up TARGET=localhost:${port}`,
      )
    }
  }
  if (lines.length > 0) throw new NotUp([...lines, 'nothing was started'])
}
