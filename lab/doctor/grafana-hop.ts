import { type Answer, jsonOf, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'

export type GrafanaFacts = { health: Answer; query: Answer }

/** The datasource that the dashboards ask. */
const uid = 'prometheus'

/** What a panel would send: the newest `up` of the server, by way of Grafana's datasource. */
export const panelQuestion = {
  from: 'now-5m',
  to: 'now',
  queries: [
    {
      refId: 'A',
      datasource: { type: 'prometheus', uid },
      expr: 'up{job="httpserver"}',
      instant: true,
      range: false,
      intervalMs: 5000,
      maxDataPoints: 60,
    },
  ],
}

/** Does Grafana answer? */
export function judgeGrafana({ health }: GrafanaFacts, wanted: boolean): Verdict {
  if (!wanted) return { status: 'ok', what: 'left out (LAB_GRAFANA=none)' }
  const refusal = refusalOf(health)
  if (!refusal) return { status: 'ok', what: 'Grafana answers' }
  return {
    status: 'broken',
    what: 'Grafana does not answer: no dashboards',
    evidence: [refusal],
    advice: 'make up says why it is not there; LAB_GRAFANA=none is a lab that does without',
  }
}

/** Does a panel's query go through Grafana to Prometheus and back? */
export function judgeDatasource({ query }: GrafanaFacts, wanted: boolean): Verdict | null {
  if (!wanted) return null
  const body = jsonOf({ ...query, ...('error' in query ? {} : { status: 200 }) } as Answer) as
    | { message?: string; results?: { A?: { error?: string } } }
    | undefined
  const error = body?.results?.A?.error ?? body?.message
  const refusal = refusalOf(query)
  if (!refusal && !error) return { status: 'ok', what: `the datasource ${uid} answers panels` }
  return {
    status: 'broken',
    what: `a panel’s query does not come through: ${error ?? refusal}`,
    evidence: [`POST ${refusal ?? query.url}`, ...(error ? [error] : [])],
    advice: /not found/i.test(error ?? '')
      ? `Grafana has no datasource ${uid}: see grafana/provisioning/datasources, then make clean and make up`
      : 'see that Prometheus answers at the address that the datasource has, then make up',
  }
}
