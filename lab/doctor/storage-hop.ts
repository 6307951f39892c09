import { type Answer, refusalOf } from './answer.ts'
import type { Verdict } from './finding.ts'

/** What Prometheus counts of its storage; each must be 0. */
const failures = [
  'prometheus_tsdb_wal_writes_failed_total',
  'prometheus_tsdb_wal_truncations_failed_total',
  'prometheus_tsdb_wal_corruptions_total',
  'prometheus_tsdb_checkpoint_creations_failed_total',
  'prometheus_tsdb_head_truncations_failed_total',
  'prometheus_tsdb_compactions_failed_total',
]

/** Could Prometheus write all that it had to, since it was started? By its own account. */
export function judgeStorage(metrics: Answer): Verdict {
  const refusal = refusalOf(metrics)
  if (refusal || 'error' in metrics)
    return { status: 'unknown', what: 'Prometheus did not say', evidence: refusal ? [refusal] : [] }
  const told = failures.flatMap((name) => {
    const [, value] = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics.body) ?? []
    return value === undefined ? [] : [{ name, value }]
  })
  if (told.length === 0) {
    const evidence = [`${metrics.url} has none of the metrics of Prometheus’ storage`]
    return { status: 'unknown', what: 'Prometheus did not say', evidence }
  }
  const counted = told.flatMap(({ name, value }) => (Number(value) > 0 ? [`${name} ${value}`] : []))
  if (counted.length > 0) {
    return {
      status: 'broken',
      what: "Prometheus can't keep its samples: writing to its disk failed",
      evidence: counted,
      advice: 'make room where its data are, or make it writable; then make down and make up',
    }
  }
  return { status: 'ok', what: 'every write has succeeded' }
}
