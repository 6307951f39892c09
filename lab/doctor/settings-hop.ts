import type { Settings } from '../native/settings.ts'
import { portVariables } from '../native/settings.ts'
import { ownContainers, titleOf } from './container.ts'
import type { Engine } from './engine.ts'
import type { Verdict } from './finding.ts'
import type { NativeLab } from './native-lab.ts'

/** A port that a part of the lab really has on this machine, and the variable that moves it. */
export type Place = { title: string; variable: string; port: number }

/**
 * Does the lab run on the ports that this command was told? A variable that was given to `make up` alone is not known to the
 * next command, which then looks where nobody or somebody else is. Null where nothing runs.
 */
export function judgeSettings(places: readonly Place[], ports: Settings['ports']): Verdict | null {
  if (places.length === 0) return null
  const told = new Map<string, number>(
    Object.entries(portVariables).map(([name, { variable }]) => [
      variable,
      ports[name as keyof typeof ports],
    ]),
  )
  const moved = places.flatMap((place) => {
    const here = told.get(place.variable)
    return here === undefined || here === place.port ? [] : [{ ...place, here }]
  })
  const [first] = moved
  if (!first) return { status: 'ok', what: 'the lab runs on the ports that this command was told' }
  const { title, port, here } = first
  return {
    status: 'broken',
    what: `${title} runs on port ${port}, and this command looks for it on ${here}`,
    evidence: moved.map(
      ({ variable, port, here }) => `${variable}: ${port} when it was started, ${here} now`,
    ),
    advice: `let every command know it: ${moved.map(({ variable, port }) => `${variable}=${port}`).join(' and ')} as a line of the file .env`,
  }
}

/** Where a lab of plain processes is, by its own account. */
export function placesOfProcesses(lab: NativeLab | null): Place[] {
  const running = lab?.processes.filter(({ alive }) => alive) ?? []
  return running.flatMap(({ title, variables }) =>
    Object.entries(variables).map(([variable, port]) => ({ title, variable, port })),
  )
}

/** The variables of compose.yaml, by service and port inside of its container. */
const published: Record<string, string> = {
  'server 8081': portVariables.control.variable,
  'prometheus 9090': portVariables.prometheus.variable,
  'grafana 3000': portVariables.grafana.variable,
}

/** Where a lab in containers is published. */
export function placesOfContainers(engine: Engine | null): Place[] {
  const running = engine ? ownContainers(engine).filter(({ state }) => state === 'running') : []
  return running.flatMap(({ service, ports }) =>
    ports.flatMap(({ port, inside }) => {
      const variable = published[`${service} ${inside}`]
      return variable === undefined ? [] : [{ title: titleOf(service), variable, port }]
    }),
  )
}
