import { resolve } from 'node:path'

/** What a lab of plain processes is told by its environment. */
export type Settings = {
  /** The folder for all that it keeps. */
  folder: string
  ports: Record<PortName, number>
  /** False for a lab without Grafana. */
  grafana: boolean
  grafanaAdminPassword: string
  /** The folder with the server's certificate; undefined for a lab that speaks http:. */
  tls: string | undefined
  /** What the server is told beside its addresses. */
  server: Record<string, string>
}

export type PortName = 'server' | 'control' | 'prometheus' | 'grafana' | 'loadgen'

/** Which variable changes which port. That of the server and of the load generator are for tests: what a person
 * starts looks for the server on 8080. */
export const portVariables = {
  server: { variable: 'LAB_SERVER_PORT', port: 8080 },
  control: { variable: 'LAB_CONTROL_PORT', port: 8081 },
  prometheus: { variable: 'LAB_PROMETHEUS_PORT', port: 9090 },
  grafana: { variable: 'LAB_GRAFANA_PORT', port: 3000 },
  loadgen: { variable: 'LAB_LOADGEN_PORT', port: 9464 },
} satisfies Record<PortName, { variable: string; port: number }>

/** The server's own variables that compose.yaml hands on too. */
export const serverVariables = [
  'VERSION',
  'BEHAVIOUR',
  'SEED',
  'CONCURRENCY',
  'QUEUE_CAPACITY',
  'LOG_LEVEL',
  'INFLUX_URL',
  'INFLUX_DATABASE',
  'INFLUX_USER',
  'INFLUX_PASSWORD',
  'INFLUX_INTERVAL',
  'INFLUX_BUFFER_POINTS',
]

/**
 * Reads the settings, or every mistake in them by name. An empty variable counts as not set, as it does in
 * compose.yaml; the server finds the mistakes in its own variables.
 *
 * @param project the project's folder
 */
export function readSettings(
  env: NodeJS.ProcessEnv,
  project: string,
): Settings | { mistakes: string[] } {
  const mistakes: string[] = []
  const ports = Object.fromEntries(
    Object.entries(portVariables).map(([name, { variable, port }]) => {
      const value = env[variable] || String(port)
      const valid = /^\d{1,5}$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535
      if (!valid) mistakes.push(`${variable}=${JSON.stringify(value)}: must be a port, 1 to 65535`)
      return [name, Number(value)]
    }),
  ) as Record<PortName, number>
  for (const [name, port] of Object.entries(ports)) {
    const same = Object.entries(ports).find(([other, its]) => other > name && its === port)
    if (same) mistakes.push(`port ${port} is asked for by both ${name} and ${same[0]}: change one`)
  }
  const grafana = env.LAB_GRAFANA || 'auto'
  if (grafana !== 'auto' && grafana !== 'none')
    mistakes.push(`LAB_GRAFANA=${JSON.stringify(grafana)}: must be auto or none`)
  const tls = env.LAB_TLS || 'off'
  if (tls !== 'on' && tls !== 'off')
    mistakes.push(`LAB_TLS=${JSON.stringify(tls)}: must be on or off`)
  if (mistakes.length > 0) return { mistakes }
  return {
    folder: resolve(project, env.LAB_DIR || '.lab', 'native'),
    ports,
    grafana: grafana === 'auto',
    tls: tls === 'on' ? resolve(project, env.LAB_DIR || '.lab', 'tls') : undefined,
    grafanaAdminPassword: env.LAB_GRAFANA_ADMIN_PASSWORD || 'admin',
    server: Object.fromEntries(
      serverVariables.flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
    ),
  }
}
