import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import type { Asked } from './scrape-error.ts'

/** Does the server answer at /metrics? */
export function judgeServer(metrics: Answer, whose: Asked['whose']): Verdict {
  const refusal = refusalOf(metrics)
  if (!refusal) return { status: 'ok', what: `${metrics.url} answers` }
  return {
    status: 'broken',
    what: 'the server does not answer at /metrics',
    evidence: [refusal],
    advice: whose === 'yours' ? yours : adviceOn('error' in metrics ? metrics.error : ''),
  }
}

const yours =
  'start your service, which is there in the place of the lab’s server; make up TARGET= (nothing) brings that back'

function adviceOn(error: string): string {
  if (/CERT|SIGNATURE/.test(error)) return 'make certificate, then make reload'
  if (error === 'EPROTO')
    return 'it was started without LAB_TLS=on: make up with the same setting as make doctor'
  return 'start it: make up'
}
