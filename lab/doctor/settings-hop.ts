import type { Settings } from '../native/settings.ts'
import { portVariables } from '../native/settings.ts'
import type { Verdict } from './finding.ts'
import type { NativeLab } from './native-lab.ts'

/**
 * Does a lab of plain processes run on the ports that this command was told? A variable that was given to `make up` alone is
 * not known to the next command, which then looks where nobody or somebody else is. Null where nothing runs.
 */
export function judgeSettings(lab: NativeLab | null, ports: Settings['ports']): Verdict | null {
  const running = lab?.processes.filter(({ alive }) => alive) ?? []
  if (running.length === 0) return null
  const told = new Map(
    Object.entries(portVariables).map(([name, { variable }]) => [
      variable as string,
      ports[name as keyof typeof ports],
    ]),
  )
  const moved = running.flatMap(({ title, variables }) =>
    Object.entries(variables).flatMap(([variable, port]) => {
      const here = told.get(variable)
      return here === undefined || here === port ? [] : [{ title, variable, port, here }]
    }),
  )
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
