import { type Answer, jsonOf } from './answer.ts'
import type { Verdict } from './finding.ts'

type Rule = { name: string; health: string; lastError?: string }
type Group = { name: string; file: string; interval: number; rules: Rule[] }

/** Are the rules that Prometheus runs by evaluated, and are they those of its files? */
export function judgeRules(rules: Answer, runtime: Answer): Verdict {
  const groups = (jsonOf(rules) as { data?: { groups: Group[] } } | undefined)?.data?.groups
  if (!groups) return { status: 'unknown', what: 'Prometheus does not list its rules' }
  const { reloadConfigSuccess, lastConfigTime } =
    (jsonOf(runtime) as { data?: { reloadConfigSuccess: boolean; lastConfigTime: string } })
      ?.data ?? {}
  if (reloadConfigSuccess === false) {
    return {
      status: 'broken',
      what: 'Prometheus runs by an older configuration: it could not read the present one',
      evidence: [`reloadConfigSuccess: false, the last good one is of ${lastConfigTime}`],
      advice: 'mend prometheus/prometheus.yml or its rules, then make up',
    }
  }
  const all = groups.flatMap((group) => group.rules.map((rule) => ({ ...rule, group })))
  if (all.length === 0) {
    return {
      status: 'broken',
      what: 'Prometheus has no rules',
      evidence: [`${rules.url} lists none`],
      advice: 'put prometheus/rules back, then make up',
    }
  }
  const failed = all.filter(({ health }) => health === 'err')
  if (failed.length > 0) {
    return {
      status: 'broken',
      what: `rules fail: ${[...new Set(failed.map(({ name }) => name))].join(', ')}`,
      evidence: failed.map(
        ({ name, lastError, group }) => `${group.file}, ${group.name}: ${name}: ${lastError}`,
      ),
      advice: 'mend the rule that is named, then make up',
    }
  }
  const pending = all.filter(({ health }) => health === 'unknown')
  if (pending.length > 0) {
    const seconds = Math.ceil(Math.max(...pending.map(({ group }) => group.interval)))
    return {
      status: 'waiting',
      what: `${pending.length} of ${all.length} rules were not evaluated yet: within ${seconds} s`,
      advice: `wait ${seconds} s`,
      seconds,
    }
  }
  return { status: 'ok', what: `${all.length} are evaluated` }
}
