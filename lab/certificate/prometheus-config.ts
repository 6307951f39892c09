/** Where a container finds the certificate to trust: compose.tls.yaml mounts it there. */
export const caInContainers = '/tls/trust/ca.crt'

const job = '  - job_name: httpserver\n'

/**
 * The lab's prometheus.yml for a server that speaks HTTPS: the job `httpserver` asks for https, and trusts the
 * local authority. Nothing else changes.
 *
 * @throws when there is no such job
 */
export function withTls(config: string): string {
  if (!config.includes(job)) throw new Error('prometheus.yml has no job httpserver')
  const tls = `    scheme: https\n    tls_config:\n      ca_file: ${caInContainers}\n`
  return `# Made by make generate: prometheus.yml, but for the scheme of the job httpserver.\n${config.replace(job, job + tls)}`
}
