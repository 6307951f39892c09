/**
 * A file of Prometheus' rules as the object that the Prometheus operator takes them in: the file's own text, comments
 * and all, one step further in.
 *
 * @param name the object's name: lower case, digits and `-`
 * @param text YAML with `groups` at the top
 */
export function prometheusRule(name: string, text: string): string {
  const spec = text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
  return `${head(name)}\n${spec.join('\n')}\n`
}

/** kube-prometheus-stack takes what has the name of its own Helm release. */
const head = (name: string) => `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: ${name}
  labels: { app.kubernetes.io/name: httpserver, release: kube-prometheus-stack }
spec:`

/**
 * The rules about the lab's server. Those in alerts.yaml are about every target of a Prometheus, and whoever runs the
 * operator has such alerts already.
 */
export const serverRules = ['http_server', 'lab_request_duration', 'slo']

/**
 * All rules about the server, as one file of objects.
 *
 * @param read the text of a file of rules, by its name without `.yaml`
 */
export function prometheusRules(read: (name: string) => string): string {
  const objects = serverRules.map((name) =>
    prometheusRule(`latency-lab-${name.replaceAll('_', '-')}`, read(name)),
  )
  return `${notice}${objects.join('---\n')}`
}

const notice = '# Generated: change prometheus/rules/*.yaml, then `make generate`.\n'
