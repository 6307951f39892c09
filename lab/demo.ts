import type { ClientResult, Clock } from './picture.ts'
import {
  comparePicture,
  freshScrape,
  isLabServer,
  renderPicture,
  restartedSince,
  servedOf,
} from './picture.ts'
import type { Prometheus } from './prometheus.ts'

export type DemoOptions = Clock & {
  prometheus: Prometheus
  /** Drives the load generator, and resolves to its result, or to undefined when it failed and said so. */
  load: () => Promise<ClientResult | undefined>
  say: (text: string) => void
}

/**
 * The main job of the lab in one go: drives load, waits until Prometheus has all of it, and compares.
 * Resolves to whether Prometheus counted exactly the requests that the server served.
 *
 * @throws before any load, when what Prometheus scrapes as the server is not the lab's own
 */
export async function demo({ prometheus, load, say, ...clock }: DemoOptions): Promise<boolean> {
  // Not before the requests of somebody else that are still under way have been counted.
  const since = await freshScrape(prometheus, clock)
  if (!(await isLabServer(prometheus))) {
    throw new Error(
      "what runs on port 8080 is not the lab's own server, so there is nothing to compare: nothing was sent. make load sends load to it",
    )
  }
  const client = await load()
  if (!client) return false
  await freshScrape(prometheus, clock)
  if (await restartedSince(prometheus, since)) {
    say(
      '\nThe server was restarted during the run: its counters began anew, there is nothing to compare.',
    )
    return false
  }
  const rows = await comparePicture(prometheus, client, since)
  say('\nThe same requests, as the client saw them and as Prometheus shows them:\n')
  say(`${renderPicture(rows)}\n`)
  const served = servedOf(client)
  const turnedAway = client.statusCodes[503] ?? 0
  if (turnedAway > 0) {
    say(
      `${turnedAway} more were turned away with 503: they are in the client's quantiles, and not in Prometheus' here.`,
    )
  }
  const missing = served - (rows[0]?.prometheus ?? 0)
  if (missing === 0) say(`Prometheus counted every one of them: ${served}.`)
  else if (missing < 0)
    say(`Prometheus counted ${-missing} more: somebody else asked the server too.`)
  else say(`Prometheus lacks ${missing} of them.`)
  return missing <= 0
}
