import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tlsFiles } from '../certificate/renew.ts'
import type { Grafana } from '../grafana-binaries.ts'
import type { Folder } from './folder.ts'
import { readNativeConfig } from './prometheus-config.ts'
import { portVariables, type Settings } from './settings.ts'
import type { Table } from './table.ts'

export type Programs = { node: string; prometheus: string; grafana: Grafana | undefined }

/** compose.yaml says the same to its Prometheus. */
export const retention = ['--storage.tsdb.retention.time=7d', '--storage.tsdb.retention.size=1GB']

/** compose.yaml says the same to its Grafana, and why. */
export const grafanaSettings = {
  GF_AUTH_ANONYMOUS_ENABLED: 'true',
  GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
  GF_PLUGINS_PREINSTALL_DISABLED: 'true',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
  GF_NEWS_NEWS_FEED_ENABLED: 'false',
}

/**
 * In its container Node.js sees 512 MB, and takes a heap of 259 MB with a small young generation; on a machine
 * with more it would let the young generation alone grow to 128 MB under the lab's load, by laziness.
 */
const heapLimits = ['--max-old-space-size=256', '--max-semi-space-size=8']

const here = '127.0.0.1'

/**
 * The lab as plain processes: what compose.yaml says, for this machine. All of it listens on 127.0.0.1. They
 * are in the order in which they are ended: the server first, so that its last answers can be scraped.
 *
 * @param project the project's folder
 */
export function processesOf(
  project: string,
  folder: Folder,
  { ports, server, grafanaAdminPassword, tls }: Settings,
  programs: Programs,
): Table {
  const { node, prometheus, grafana } = programs
  const url = (port: number) => `http://${here}:${port}`
  const portOf = (name: 'control' | 'prometheus' | 'grafana') => ({
    port: ports[name],
    variable: portVariables[name].variable,
  })
  const ca = tls && join(tls, tlsFiles.authority)
  const provisioning = join(project, 'grafana', 'provisioning')
  const dashboards = join(provisioning, 'dashboards')
  return [
    {
      name: 'server',
      title: 'server',
      command: node,
      args: [...heapLimits, join(project, 'server', 'main.ts')],
      env: {
        HOST: here,
        PORT: String(ports.server),
        CONTROL_HOST: here,
        CONTROL_PORT: String(ports.control),
        // Where the console's links lead.
        LAB_PROMETHEUS_PORT: String(ports.prometheus),
        LAB_GRAFANA_PORT: String(ports.grafana),
        ...(tls && {
          TLS_CERT: join(tls, tlsFiles.certificate),
          TLS_KEY: join(tls, tlsFiles.key),
        }),
        // For the runs that the console starts.
        ...(ca && { LOADGEN_CA: ca }),
        ...server,
      },
      cwd: project,
      readyUrl: `${tls ? url(ports.server).replace('http:', 'https:') : url(ports.server)}/readyz`,
      ...(ca && { readyCa: ca }),
      readyMs: 30_000,
      stopMs: 15_000,
      ports: [{ port: ports.server, variable: null }, portOf('control')],
      reads: fingerprint(
        [join(project, 'package-lock.json')],
        folderFiles(join(project, 'server'), /(?<!\.test)\.ts$|\.(html|css)$/),
      ),
    },
    ...(grafana
      ? [
          {
            name: 'grafana',
            title: 'Grafana',
            command: grafana.program,
            args: ['server', `--homepath=${grafana.home}`],
            env: {
              ...grafanaSettings,
              GF_SECURITY_ADMIN_PASSWORD: grafanaAdminPassword,
              GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: join(
                dashboards,
                'latency-distribution.json',
              ),
              GF_SERVER_HTTP_ADDR: here,
              GF_SERVER_HTTP_PORT: String(ports.grafana),
              GF_LOG_MODE: 'console',
              GF_PATHS_PROVISIONING: provisioning,
              GF_PATHS_DATA: folder.grafanaData,
              GF_PATHS_LOGS: join(folder.grafanaData, 'log'),
              GF_PATHS_PLUGINS: join(folder.grafanaData, 'plugins'),
              // What the files in there ask for.
              LAB_PROMETHEUS_URL: url(ports.prometheus),
              LAB_DASHBOARDS: dashboards,
              LAB_INFLUX_URL: server.INFLUX_URL ?? url(8086),
              LAB_INFLUX_DATABASE: server.INFLUX_DATABASE ?? 'lab',
              LAB_INFLUX_USER: server.INFLUX_USER ?? '',
              LAB_INFLUX_PASSWORD: server.INFLUX_PASSWORD ?? '',
            },
            cwd: grafana.home,
            readyUrl: `${url(ports.grafana)}/api/health`,
            // The first time it makes its database.
            readyMs: 180_000,
            stopMs: 10_000,
            ports: [portOf('grafana')],
            // It sees by itself when a dashboard changes.
            reads: fingerprint(
              folderFiles(join(provisioning, 'datasources'), /\.ya?ml$/),
              folderFiles(dashboards, /\.ya?ml$/),
            ),
          },
        ]
      : []),
    {
      name: 'prometheus',
      title: 'Prometheus',
      command: prometheus,
      args: [
        '--config.file=prometheus.yml',
        `--storage.tsdb.path=${folder.prometheusData}`,
        ...retention,
        `--web.listen-address=${here}:${ports.prometheus}`,
      ],
      env: {},
      // Paths in its configuration are relative to that: no folder's name can be taken for a pattern.
      cwd: folder.prometheusConfig,
      readyUrl: `${url(ports.prometheus)}/-/ready`,
      // After a crash it reads again what it had not yet put in order.
      readyMs: 120_000,
      stopMs: 15_000,
      ports: [portOf('prometheus')],
      // It sees by itself when a target changes.
      reads: fingerprint(
        folderFiles(join(project, 'prometheus', 'rules'), /\.ya?ml$/),
        readNativeConfig(join(project, 'prometheus'), ports, ca),
      ),
    },
  ]
}

const folderFiles = (folder: string, pattern: RegExp): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => pattern.test(name))
    .sort()
    .map((name) => join(folder, name))

/** Of files by their paths, and of text as it is. */
function fingerprint(...parts: (string[] | string)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) {
    if (typeof part === 'string') hash.update(part)
    else for (const file of part) hash.update(`${file}\n`).update(readFileSync(file))
  }
  return hash.digest('hex')
}
