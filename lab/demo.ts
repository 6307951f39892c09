import type { ClientResult, Clock } from './picture.ts'
import { comparePicture, freshScrape, renderPicture } from './picture.ts'
import type { Prometheus } from './prometheus.ts'

export type DemoOptions = Clock & {
  prometheus: Prometheus
  /** Drives the load generator, and resolves to its result, or to undefined when it failed and said so. */
  load: () => Promise<ClientResult | undefined>
  say: (text: string) => void
}

/**
 * The main job of the lab in one go: drives load, waits until Prometheus has all of it, and compares.
 * Resolves to whether Prometheus counted exactly the requests that the client had answered.
 */
export async function demo({ prometheus, load, say, ...clock }: DemoOptions): Promise<boolean> {
  // Not before the requests of somebody else that are still under way have been counted.
  const since = await freshScrape(prometheus, clock)
  const client = await load()
  if (!client) return false
  await freshScrape(prometheus, clock)
  const rows = await comparePicture(prometheus, client, since)
  say(`\nThe same requests, as the client saw them and as Prometheus shows them:\n`)
  say(`${renderPicture(rows)}\n`)
  const [requests] = rows
  const missing = client.ok - (requests?.prometheus ?? 0)
  if (missing === 0) say(`Prometheus counted every one of them: ${client.ok}.`)
  else if (missing < 0)
    say(`Prometheus counted ${-missing} more: somebody else asked the server too.`)
  else say(`Prometheus lacks ${missing} of them. Was the server restarted during the run?`)
  return missing <= 0
}
