import type { Registration } from './registration.ts'

/**
 * Registrations as Prometheus' file_sd reads them, a group for each, in the order of their labels, so that the same
 * registrations are the same text. https://prometheus.io/docs/prometheus/latest/configuration/configuration/#file_sd_config
 */
export function targetsFile(registrations: Iterable<Registration>): string {
  const groups = [...registrations]
    .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
    .map(({ host, port, name, id }) =>
      JSON.stringify({ targets: [address(host, port)], labels: { service: name, service_id: id } }),
    )
  return groups.length === 0 ? '[]\n' : `[\n  ${groups.join(',\n  ')}\n]\n`
}

/** What a target is called: an IPv6 address needs brackets. */
export const address = (host: string, port: number) =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
