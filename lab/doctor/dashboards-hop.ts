import type { Verdict } from './finding.ts'
import type { Provisioning } from './provisioning.ts'

/** Of Grafana itself, or chosen by the person who looks. */
const builtIn = /^(?:-- .* --|grafana|\$.*)$/

/** Do the dashboards' files parse, and do dashboards and datasources name one another's uid? */
export function judgeDashboards({ datasources, dashboards, errors }: Provisioning): Verdict {
  if (errors.length > 0 || Object.keys(dashboards).length === 0) {
    return {
      status: 'broken',
      what: 'Grafana’s files are not there',
      evidence: errors.length > 0 ? errors : ['grafana/provisioning/dashboards has no JSON file'],
      advice: 'put them back: git checkout grafana/provisioning',
    }
  }
  const asked = new Map<string, string[]>()
  for (const [file, text] of Object.entries(dashboards)) {
    let uids: Set<string>
    try {
      uids = uidsOf(JSON.parse(text))
    } catch (error) {
      return {
        status: 'broken',
        what: `the dashboard ${file} is not JSON`,
        evidence: [
          `grafana/provisioning/dashboards/${file}: ${(error as Error).message.replace(/\s+/g, ' ')}`,
        ],
        advice:
          'mend it there, or take it away; if it is one of the lab’s own, make generate writes it anew',
      }
    }
    for (const uid of uids) asked.set(uid, [...(asked.get(uid) ?? []), file])
  }
  const had = new Map(
    Object.entries(datasources).flatMap(([file, text]) =>
      [...text.matchAll(/^\s+(?:- )?uid:\s*["']?([^\s"'#]+)/gm)].map(
        ([match, uid = '']) => [uid, `${file}, line ${lineOf(text, match)}`] as const,
      ),
    ),
  )
  const missing = [...asked].filter(([uid]) => !had.has(uid))
  const unused = [...had].filter(([uid]) => !asked.has(uid))
  if (missing.length > 0) {
    const known = [...had.keys()].join(', ') || 'none'
    return {
      status: 'broken',
      what: `dashboards ask a datasource that is not there: ${missing.map(([uid]) => uid).join(', ')}`,
      evidence: [
        ...missing.map(([uid, files]) => `datasource uid ${uid}: ${files.join(', ')}`),
        `grafana/provisioning/datasources has: ${known}`,
      ],
      advice: unused[0]
        ? `let both have the same uid again: ${missing[0]?.[0]} for ${unused[0][0]} in grafana/provisioning/datasources, or the other way round in the dashboards`
        : `add a datasource with the uid ${missing[0]?.[0]} to grafana/provisioning/datasources`,
    }
  }
  if (unused.length > 0) {
    return {
      status: 'broken',
      what: `no dashboard asks the datasource ${unused.map(([uid]) => uid).join(', ')}`,
      evidence: [
        ...unused.map(([uid, where]) => `datasource uid ${uid}: ${where}`),
        `dashboards ask: ${[...asked.keys()].join(', ') || 'none'}`,
      ],
      advice: 'give it the uid that the dashboards ask, or leave it out',
    }
  }
  return {
    status: 'ok',
    what: `${Object.keys(dashboards).length} dashboards ask the datasource ${[...had.keys()].join(', ')}`,
  }
}

/** Every datasource uid in a dashboard, wherever it stands. */
function uidsOf(value: unknown): Set<string> {
  const found = new Set<string>()
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return
    for (const [key, child] of Object.entries(node)) {
      const uid = key === 'datasource' ? (child as { uid?: unknown } | null)?.uid : undefined
      if (typeof uid === 'string' && !builtIn.test(uid)) found.add(uid)
      walk(child)
    }
  }
  walk(value)
  return found
}

const lineOf = (text: string, part: string) =>
  text.slice(0, text.indexOf(part)).split('\n').length + (part.match(/^\n+/)?.[0].length ?? 0)
