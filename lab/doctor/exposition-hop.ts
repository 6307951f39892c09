import type { Answer } from './answer.ts'
import { badLineOf } from './exposition.ts'
import type { Verdict } from './finding.ts'

/** Prometheus 3 takes these, and refuses all else (https://prometheus.io/docs/prometheus/latest/migration/). */
const taken =
  /^(?:text\/plain|application\/openmetrics-text|application\/vnd\.google\.protobuf)\s*(?:;|$)/i

/** Are what the server answers metrics, as Prometheus reads them? */
export function judgeExposition(metrics: Answer): Verdict {
  if ('error' in metrics || metrics.status !== 200)
    return { status: 'unknown', what: 'there is nothing to look at' }
  const { url, headers, body } = metrics
  const type = headers['content-type']
  if (!type || !taken.test(type)) {
    return {
      status: 'broken',
      what: type
        ? `/metrics has the content type “${type}”, which Prometheus does not take`
        : '/metrics has no content type',
      evidence: [
        `${url} answers 200 with ${type ? `Content-Type: ${type}` : 'no Content-Type'}`,
        `it begins with: ${firstLine(body)}`,
      ],
      advice:
        'answer /metrics with Content-Type: text/plain; version=0.0.4, and see that no proxy or login page stands before it',
    }
  }
  const open = /^application\/openmetrics-text/i.test(type)
  if (open && !body.endsWith('# EOF\n')) {
    return {
      status: 'broken',
      what: '/metrics is cut off: OpenMetrics ends with # EOF',
      evidence: [`${url} ends with: ${body.trimEnd().split('\n').at(-1)?.slice(0, 80)}`],
      advice: 'end it with the line # EOF, or answer with Content-Type: text/plain; version=0.0.4',
    }
  }
  const bad = /^text\/plain/i.test(type) ? badLineOf(body) : undefined
  if (bad) {
    return {
      status: 'broken',
      what: `line ${bad.line} of /metrics is no metric: ${bad.why}`,
      evidence: [`${url}, line ${bad.line}: ${bad.text}`],
      advice: 'mend that line where the server writes it: Prometheus drops the whole scrape for it',
    }
  }
  const samples = body.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length
  if (samples === 0) {
    return {
      status: 'broken',
      what: '/metrics is empty',
      evidence: [`${url} answers 200 with ${body.length} bytes and no sample`],
      advice: 'register the metrics where the server answers /metrics',
    }
  }
  return { status: 'ok', what: `${samples} samples, as ${type.split(';')[0]}` }
}

const firstLine = (body: string) => (body.split('\n')[0] ?? '').slice(0, 80)
