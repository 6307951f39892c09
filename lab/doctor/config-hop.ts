import type { EngineAnswer } from './engine.ts'
import type { Verdict } from './finding.ts'

/** What promtool found wrong: in which file, on which line if it or the text says so, and why. */
export type ConfigFault = { file: string; line: number | null; why: string }

/** Can Prometheus read its configuration and its rules? It is its own tool that says so. */
export function judgeConfig(
  promtool: EngineAnswer | null,
  sources: Record<string, string>,
): Verdict {
  if (
    !promtool ||
    promtool.exitCode === 124 ||
    /No such image|cannot connect/i.test(promtool.err)
  ) {
    return {
      status: 'unknown',
      what: 'there is no promtool yet to read prometheus.yml and its rules',
      advice: 'make up fetches it with Prometheus',
    }
  }
  if (promtool.exitCode === 0) {
    const rules = [...promtool.out.matchAll(/SUCCESS: (\d+) rules? found/g)]
    const count = rules.reduce((sum, [, n]) => sum + Number(n), 0)
    return { status: 'ok', what: `prometheus.yml and ${count} rules are as Prometheus wants them` }
  }
  const target = judgeTargetFiles(promtool.err, sources)
  if (target) return target
  const faults = faultsOf(promtool.err, sources)
  const [first] = faults
  if (!first) {
    return {
      status: 'broken',
      what: 'promtool refuses prometheus.yml',
      evidence: `${promtool.err}\n${promtool.out}`.trim().split('\n').filter(Boolean).slice(-3),
      advice: 'mend what it names',
    }
  }
  const where = first.line === null ? '' : `, line ${first.line}`
  return {
    status: 'broken',
    what: `${first.file}${where}: ${first.why}`,
    evidence: faults.map(
      ({ file, line, why }) => `${file}${line === null ? '' : `:${line}`}: ${why}`,
    ),
    advice: `mend that line of ${first.file}, then make up`,
  }
}

/** Of a target file promtool says what is wrong, and of which file only the pattern that it is found by. */
function judgeTargetFiles(err: string, sources: Record<string, string>): Verdict | null {
  const [, pattern, why] =
    /checking SD file "[^"]*?(targets\/[^"]+)": (.+)/.exec(err.replace(/\n\s+/g, ' ')) ?? []
  if (!pattern || !why) return null
  const ending = pattern.slice(pattern.lastIndexOf('.'))
  const files = Object.keys(sources).filter(
    (file) => file.startsWith('prometheus/targets/') && file.endsWith(ending),
  )
  return {
    status: 'broken',
    what: `a target file can't be read: ${why}`,
    evidence: [`prometheus/${pattern}: ${why}; there is: ${files.join(', ')}`],
    advice: 'mend that file or take it away, then make up',
  }
}

/**
 * Reads promtool's complaints, each once. Where one names no line but quotes a text that is on one line only, that is the
 * line.
 *
 * @param sources the files' texts, by their paths below the project's folder
 */
export function faultsOf(err: string, sources: Record<string, string>): ConfigFault[] {
  const text = err.replace(/unmarshal errors:\n\s+/g, 'unmarshal errors: ')
  const faults = text.split('\n').flatMap((row): ConfigFault[] => {
    const said = row.replace(/^\s*(?:FAILED:\s*)?(?:parsing YAML file\s+)?/, '')
    const [, path = '', rest = ''] = /^(\S+\.ya?ml): (.+)$/.exec(said) ?? []
    if (!path) return []
    const file =
      Object.keys(sources).find((each) => path.endsWith(each.replace(/^prometheus\//, ''))) ?? path
    const [, ruleLine, ruleWhy] = /^(\d+):\d+: (.+)$/.exec(rest) ?? []
    if (ruleLine) return [{ file, line: Number(ruleLine), why: ruleWhy ?? '' }]
    const [, yamlLine, yamlWhy] = /^yaml: (?:unmarshal errors: )?line (\d+): (.+)$/.exec(rest) ?? []
    if (yamlLine) return [{ file, line: Number(yamlLine), why: yamlWhy ?? '' }]
    return [{ file, line: lineOfQuoted(rest, sources[file] ?? ''), why: rest }]
  })
  const seen = new Set<string>()
  return faults.filter((fault) => {
    const key = JSON.stringify(fault)
    return !seen.has(key) && seen.add(key)
  })
}

function lineOfQuoted(why: string, source: string): number | null {
  const [, quoted] = /"([^"]+)"/.exec(why) ?? []
  if (!quoted) return null
  const lines = source
    .split('\n')
    .flatMap((line, index) => (line.includes(quoted) ? [index + 1] : []))
  return lines.length === 1 ? (lines[0] ?? null) : null
}
