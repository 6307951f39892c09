import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'

/** Does Prometheus answer, and is it ready? 503 is what it answers while it reads its data again. */
export function judgePrometheus(ready: Answer): Verdict {
  const refusal = refusalOf(ready)
  if (!refusal) return { status: 'ok', what: 'Prometheus answers' }
  if (!('error' in ready) && ready.status === 503) {
    return {
      status: 'waiting',
      what: 'Prometheus reads again what it had, and is not ready yet',
      evidence: [refusal],
      advice: 'wait some seconds; make logs shows how far it is',
      seconds: 5,
    }
  }
  return {
    status: 'broken',
    what: 'Prometheus does not answer',
    evidence: [refusal],
    advice: 'start it: make up; make logs says why it ended',
  }
}
