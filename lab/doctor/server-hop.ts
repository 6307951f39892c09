import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'

/** Does the server answer at /metrics? */
export function judgeServer(metrics: Answer): Verdict {
  const refusal = refusalOf(metrics)
  if (!refusal) return { status: 'ok', what: `${metrics.url} answers` }
  return {
    status: 'broken',
    what: 'the server does not answer at /metrics',
    evidence: [refusal],
    advice: 'start it: make up',
  }
}
