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
    advice:
      'error' in metrics && /CERT|SIGNATURE/.test(metrics.error)
        ? 'make certificate, then make reload'
        : 'error' in metrics && metrics.error === 'EPROTO'
          ? 'it was started without LAB_TLS=on: make up with the same setting as make doctor'
          : 'start it: make up',
  }
}
