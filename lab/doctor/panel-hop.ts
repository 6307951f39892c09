import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'
import { numberOf } from './prometheus-facts.ts'

/** Is there something to be drawn on the first dashboard? That nobody has sent load is nobody's fault. */
export function judgePanel(p95: Answer, server: Answer): Verdict {
  const refusal = refusalOf(p95)
  if (refusal)
    return { status: 'unknown', what: 'Prometheus did not answer the query', evidence: [refusal] }
  const value = numberOf(p95)
  if (value !== undefined && !Number.isNaN(value)) {
    return { status: 'ok', what: `p95 of the last minute: ${value.toFixed(2)} s` }
  }
  const silent = refusalOf(server)
  if (silent)
    return { status: 'unknown', what: 'the server did not say what it has', evidence: [silent] }
  const count = requestsOf(server)
  if (count === undefined) {
    return {
      status: 'ok',
      what: 'the server has no lab_request_duration_seconds: the panels of latency stay empty',
    }
  }
  return {
    status: 'ok',
    what:
      count === 0
        ? 'nothing to draw yet, nobody has sent a request: make load'
        : 'nothing to draw in the last minute: make load',
  }
}

/** How many delayed requests the server has counted. */
function requestsOf(server: Answer): number | undefined {
  if ('error' in server) return undefined
  const rows = [
    ...server.body.matchAll(/^lab_request_duration_seconds_count(?:\{[^}]*\})? (\S+)/gm),
  ]
  return rows.length === 0 ? undefined : rows.reduce((sum, [, value]) => sum + Number(value), 0)
}
