import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import { numberOf } from './prometheus-facts.ts'

/** The generator's own limit for its verdict, and a bound of its histogram. */
const allowedSeconds = 0.01

/** Did the load generator keep its schedule in the last minute? If not, it is itself that was measured. */
export function judgeLoadGenerator(lateness: Answer, neverSent: Answer): Verdict {
  const refusal = refusalOf(lateness) ?? refusalOf(neverSent)
  if (refusal) return { status: 'unknown', what: 'Prometheus did not answer', evidence: [refusal] }
  const late = numberOf(lateness)
  if (late === undefined || Number.isNaN(late))
    return { status: 'ok', what: 'no load in the last minute' }
  const unsent = Math.round(numberOf(neverSent) ?? 0)
  if (late <= allowedSeconds && unsent === 0) {
    return { status: 'ok', what: `on time: 99 % of its requests within ${milliseconds(late)}` }
  }
  return {
    status: 'broken',
    what: 'the load generator is the bottleneck: what is measured may be itself, not the server',
    evidence: [
      `loadgen_lateness_seconds, p99 of the last minute: ${milliseconds(late)} (allowed: ${milliseconds(allowedSeconds)})`,
      ...(unsent > 0 ? [`due in the last minute and never sent: ${unsent}`] : []),
    ],
    advice:
      'ask for less (make load RATE=…), give it more threads (ARGS="--workers 2"), or end what else needs the processor',
  }
}

const milliseconds = (seconds: number) => `${Number((seconds * 1000).toFixed(1))} ms`
