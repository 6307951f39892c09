import { isDeepStrictEqual } from 'node:util'
import type { Chosen, Control } from './control.ts'

/**
 * What the lab does ordinarily, three times as slow: 0 to 6 s instead of 0 to 2 s, and 5 % errors. It begins at once, and
 * as long as `every` it lasts for ever. Both objectives of prometheus/rules/slo.yaml are missed by far.
 */
export const heldIncident = {
  name: 'incident',
  parameters: { min: 0, max: 2, errorRatio: 0.005, first: 0, every: 240, lasts: 240 },
} as const

/** What the lab does ordinarily: the server's own default, with its defaults. */
export const ordinary = { name: 'uniform', parameters: { min: 0, max: 2 } } as const

/** Where an alert is to be seen: an address, and what else to do where nobody answers there. */
export type Place = { name: string; url: string; running: boolean; otherwise: string }

export type ShownOptions = {
  /** Requests a second of the last minute, or undefined where Prometheus can't say. */
  traffic: number | undefined
  places: Place[]
}

/** Puts a behaviour in force. Resolves to what was in force before; throws as `Control` does. */
export async function putInForce(
  control: Control,
  behaviour: typeof heldIncident | typeof ordinary,
): Promise<Chosen> {
  const before = await control.behaviour()
  await control.change(behaviour)
  return before
}

/** What `make incident` has done, what comes of it, and what the user does next: lines for a terminal. */
export function describeIncident({ traffic, places }: ShownOptions): string {
  return `The server has an incident: its answers take 0 to 6 s instead of 0 to 2 s, and 5 % of them are errors.
It goes on until: make recover

${trafficLine(traffic, 'Without any, nothing can go wrong. Beside this, run:\n  make load DURATION=5m')}
What comes of it:
  ${'within 1 min'.padEnd(14)}the alert ErrorBudgetBurn, severity page, fires for both objectives, availability and
  ${''.padEnd(14)}latency: 5 % errors burn the budget of 0.1 % 50 times too fast, and more than half of
  ${''.padEnd(14)}the answers take longer than 2.5 s, where 1 % may
  ${'with it'.padEnd(14)}the same alert, severity ticket
What to look at:
${placeLines(places)}
`
}

/** What `make recover` has done, and what comes of it: lines for a terminal. `before` was in force until then. */
export function describeRecovery(
  before: Chosen,
  { traffic, places, controlAddress }: ShownOptions & { controlAddress: string },
): string {
  return `The server does again what the lab does ordinarily: uniform, 0 to 2 s, no errors.
${putBackLines(before, controlAddress)}
${trafficLine(traffic, 'The alert clears all the same: no request is no bad one.')}
What comes of it:
  ${'within 1 min'.padEnd(14)}the page-level alert clears: its short windows, 20 s and 30 s, have forgotten the incident
  ${'within 7 min'.padEnd(14)}the ticket clears: its short window is 6 min. What is left of the budget recovers with
  ${''.padEnd(14)}the good requests to come
What to look at:
${placeLines(places)}
`
}

const trafficLine = (traffic: number | undefined, withoutAny: string) => {
  if (traffic === undefined)
    return 'Prometheus does not answer: nobody keeps count of the requests.'
  return traffic > 0
    ? `Prometheus sees ${traffic.toFixed(1)} requests a second.`
    : `Prometheus sees no requests. ${withoutAny}`
}

const putBackLines = ({ name, parameters }: Chosen, controlAddress: string) => {
  const before = { name, parameters }
  if ([ordinary, heldIncident].some((ours) => isDeepStrictEqual(ours, before))) return ''
  const body = JSON.stringify(before)
  return `Until now it was ${name}, which is back with:\n  curl -X PUT ${controlAddress}/api/behaviour -d '${body}'\n`
}

const placeLines = (places: Place[]) =>
  places
    .map(
      ({ name, url, running, otherwise }) =>
        `  ${name.padEnd(14)}${running ? url : `not running: ${otherwise}`}`,
    )
    .join('\n')
