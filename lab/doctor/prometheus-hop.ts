import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'

/** Does Prometheus answer, and is it ready? 503 is what it answers while it reads its data again. */
export function judgePrometheus(ready: Answer): Verdict {
  const refusal = refusalOf(ready)
  if (!refusal && !('error' in ready)) {
    if (/Prometheus.* is Ready/.test(ready.body))
      return { status: 'ok', what: 'Prometheus answers' }
    const said = ready.body.replace(/\s+/g, ' ').slice(0, 80)
    return {
      status: 'broken',
      what: 'what answers is not Prometheus',
      evidence: [`${ready.url} answers 200: ${said}`],
      advice:
        'stop what listens there, or let Prometheus have another port: LAB_PROMETHEUS_PORT as a line of the file .env, then make up',
    }
  }
  if (!('error' in ready) && ready.status === 503) {
    return {
      status: 'waiting',
      what: 'Prometheus reads again what it had, and is not ready yet',
      evidence: refusal ? [refusal] : [],
      advice: 'wait some seconds; make logs shows how far it is',
      seconds: 5,
    }
  }
  return {
    status: 'broken',
    what: 'Prometheus does not answer',
    evidence: refusal ? [refusal] : [],
    advice: 'start it: make up; make logs says why it ended',
  }
}
