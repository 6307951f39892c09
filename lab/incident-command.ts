import type { Control } from './control.ts'
import {
  describeIncident,
  describeRecovery,
  heldIncident,
  ordinary,
  type Place,
  putInForce,
} from './incident.ts'
import { incidentHelp, parseIncidentOptions } from './incident-options.ts'
import { awaitPage, describeSeen, look } from './page-alert.ts'
import type { Prometheus } from './prometheus.ts'

export type IncidentLab = {
  control: Control
  prometheus: Prometheus
  /** Where alerts are to be seen, and who of them answers. */
  places: () => Promise<Place[]>
  /** Where the user reaches the control listener, such as `localhost:8081`. */
  controlAddress: string
  out: (text: string) => void
  err: (text: string) => void
  sleep: (ms: number) => Promise<unknown>
  /** Milliseconds, from any beginning. */
  now: () => number
}

/** Runs `lab incident` or `lab recover`. Resolves to the exit code. */
export async function incidentCommand(
  verb: 'incident' | 'recover',
  args: readonly string[],
  lab: IncidentLab,
): Promise<number> {
  const say = (text: string) => lab.err(`lab: ${text}\n`)
  const options = parseIncidentOptions(args)
  if ('mistakes' in options) {
    for (const mistake of options.mistakes) say(mistake)
    say(`nothing was changed; ${verb} --help says what there is`)
    return 2
  }
  if (options.help) {
    lab.out(incidentHelp)
    return 0
  }
  try {
    const begins = verb === 'incident'
    const before = await putInForce(lab.control, begins ? heldIncident : ordinary)
    lab.out(await describe(begins, before, lab))
    if (!options.wait) return 0
    const { limitSeconds } = options
    const until = begins ? 'firing' : 'clear'
    const { reached, seconds, seen } = await awaitPage({ ...lab, until, limitSeconds, say })
    const when = reached ? `after ${seconds} s` : `not within the limit of ${limitSeconds} s`
    say(`${when}: ${describeSeen(seen)}`)
    return reached ? 0 : 1
  } catch (error) {
    say((error as Error).message)
    return 1
  }
}

const describe = async (
  begins: boolean,
  before: Awaited<ReturnType<typeof putInForce>>,
  { prometheus, places, controlAddress }: IncidentLab,
) => {
  const traffic = await look(prometheus).then(
    (seen) => seen.traffic,
    () => undefined,
  )
  const shown = { traffic, places: await places() }
  return begins ? describeIncident(shown) : describeRecovery(before, { ...shown, controlAddress })
}
