import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { caInContainers } from '../certificate/prometheus-config.ts'

export type Addresses = { server: number; loadgen: number; prometheus: number }

/**
 * The lab's configuration of Prometheus, for a Prometheus that runs beside the server.
 *
 * @param from the project's folder `prometheus`
 * @param ca the file with the certificate that vouches for a server that speaks https:; undefined for http:
 */
export function readNativeConfig(from: string, ports: Addresses, ca: string | undefined): string {
  const file = join(from, ca === undefined ? config : 'prometheus.tls.yml')
  const text = nativeConfig(readFileSync(file, 'utf8'), ports)
  return ca === undefined ? text : text.replace(caInContainers, () => JSON.stringify(ca))
}

/**
 * The lab's prometheus.yml for a Prometheus that runs beside the server, and not in a container: the host is
 * 127.0.0.1. Nothing else changes, but that nobody is looked for by name: there is no Alertmanager and no etcd.
 *
 * @param ports where the server, the load generator's metrics and Prometheus itself are
 */
export function nativeConfig(config: string, { server, loadgen, prometheus }: Addresses): string {
  return config
    .replaceAll('host.docker.internal:8080', `127.0.0.1:${server}`)
    .replaceAll('host.docker.internal:9464', `127.0.0.1:${loadgen}`)
    .replaceAll('localhost:9090', `127.0.0.1:${prometheus}`)
    .replaceAll('host.docker.internal', '127.0.0.1')
    .replace(/dns_sd_configs: .*/g, 'static_configs: []')
    .replace(/^alerting:\n(?:(?:[ #].*)?\n)*/m, '')
}

/**
 * Writes the folder that Prometheus reads: its configuration, and links to all else, so that an edited rule or
 * target is the one in the project. A Prometheus may be at work in it.
 *
 * @param from the project's folder `prometheus`
 * @param to a folder of ours
 * @param ca as for `readNativeConfig`
 */
export function writePrometheusConfig(
  from: string,
  to: string,
  ports: Addresses,
  ca?: string,
): void {
  mkdirSync(to, { recursive: true })
  const names = readdirSync(from).filter((name) => name !== config)
  for (const name of readdirSync(to)) {
    const wanted =
      name === config || (names.includes(name) && linkOf(join(to, name)) === join(from, name))
    if (!wanted) rmSync(join(to, name), { recursive: true })
  }
  for (const name of names) {
    if (!linkOf(join(to, name))) symlinkSync(join(from, name), join(to, name))
  }
  const draft = join(to, `${config}.new`)
  writeFileSync(draft, readNativeConfig(from, ports, ca))
  renameSync(draft, join(to, config))
}

const config = 'prometheus.yml'

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}
