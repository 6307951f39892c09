import { portVariables } from '../native/settings.ts'
import type { Verdict } from './finding.ts'
import type { Listener } from './listeners.ts'

export type PortsQuestion = {
  listeners: readonly Listener[]
  /** Ports that the lab does without, as Grafana's where it has none. */
  without: readonly string[]
  /** Does the lab run, without a server of its own? Then somebody else's is the one that is scraped. */
  ownServer: boolean
}

/** Are the lab's ports its own, or to be had? */
export function judgePorts({ listeners, without, ownServer }: PortsQuestion): Verdict {
  const yours = (name: string) => ownServer && (name === 'server' || name === 'control')
  const strangers = listeners.filter(
    ({ name, taken, ours, who }) =>
      taken && !ours && !without.includes(name) && !yours(name) && !isGenerator(name, who),
  )
  const [first] = strangers
  if (!first) {
    const free = listeners.filter(({ taken }) => !taken).map(({ port }) => port)
    const own = listeners.find(({ name, taken }) => name === 'server' && taken && ownServer)
    return {
      status: 'ok',
      what: [
        free.length === listeners.length
          ? 'all are free'
          : `the lab has its own${free.length > 0 ? `, ${free.join(', ')} free` : ''}`,
        ...(own ? [`${own.port} has a server of yours${own.who ? `: ${own.who}` : ''}`] : []),
      ].join('; '),
    }
  }
  const by = (who: string | null) =>
    who?.includes('docker-proxy')
      ? `a container (docker ps says which): ${who}`
      : (who ?? "somebody whom this user can't see")
  const variable = variables[first.name]
  const next = (first.port % 65_535) + 1
  return {
    status: 'broken',
    what: `port ${first.port} (${titleOf(first)}) is taken by ${by(first.who)}`,
    evidence: strangers.map((each) => `${each.port} (${titleOf(each)}): ${by(each.who)}`),
    advice:
      first.name === 'server'
        ? `stop what listens on ${first.port}; if it is a server of your own that is to be scraped, let the lab watch it: make up TARGET=localhost:${first.port}`
        : first.name === 'loadgen'
          ? 'stop what listens there, or send load with ARGS="--metrics-port 0", which no dashboard shows'
          : variable
            ? `stop what listens there, or take another port: ${variable}=${next} as a line of the file .env`
            : 'stop what listens there',
  }
}

const titles: Record<string, string> = {
  ...{ server: 'server', control: 'console', prometheus: 'Prometheus', grafana: 'Grafana' },
  ...{ loadgen: 'load generator', alertmanager: 'Alertmanager', influxdb: 'InfluxDB' },
}

const titleOf = ({ name }: Listener) => titles[name] ?? name

/** Which variable changes which port; those of profiles are compose.yaml's. */
const variables: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries(portVariables).map(([name, { variable }]) => [name, variable]),
  ),
  alertmanager: 'LAB_ALERTMANAGER_PORT',
  receiver: 'LAB_RECEIVER_PORT',
  influxdb: 'LAB_INFLUX_PORT',
}

/** A run of the lab's own load has its port while it lasts. */
const isGenerator = (name: string, who: string | null) =>
  name === 'loadgen' && /\bloadgen\/main\.ts/.test(who ?? '')
