import type { Place } from './incident.ts'

/** Ports of this machine. */
export type AlertPorts = Record<'prometheus' | 'alertmanager' | 'receiver' | 'grafana', number>

const profile = 'docker compose --profile alerts up --detach'

/** Where alerts are to be seen on this machine; `running` says who answers. */
export function alertPlaces(
  { prometheus, alertmanager, receiver, grafana }: AlertPorts,
  running: Record<'prometheus' | 'alertmanager' | 'grafana', boolean>,
): Place[] {
  return [
    {
      name: 'Prometheus',
      url: `http://localhost:${prometheus}/alerts`,
      running: running.prometheus,
      otherwise: 'make up',
    },
    {
      name: 'Alertmanager',
      url: `http://localhost:${alertmanager}, and what it sends: http://localhost:${receiver}`,
      running: running.alertmanager,
      otherwise: profile,
    },
    {
      name: 'Grafana',
      url: `http://localhost:${grafana}/d/slo`,
      running: running.grafana,
      otherwise: 'make up says why',
    },
  ]
}
