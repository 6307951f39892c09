import { refusalOf } from './answer.ts'
import { boundOf } from './bound.ts'
import { judgeClocks } from './clocks-hop.ts'
import { judgeCompose } from './compose-hop.ts'
import { judgeContainers } from './containers-hop.ts'
import { judgeDisk } from './disk-hop.ts'
import { judgeDockerDisk } from './docker-disk-hop.ts'
import { judgeEngine } from './engine-hop.ts'
import type { Hop } from './examine.ts'
import { judgeExposition } from './exposition-hop.ts'
import type { Facts } from './facts.ts'
import { fileHops } from './file-hops.ts'
import { judgeDatasource, judgeGrafana } from './grafana-hop.ts'
import { judgeLoadGenerator } from './load-generator-hop.ts'
import { judgeMachine } from './machine-hop.ts'
import { judgeMade } from './made-hop.ts'
import { judgeMounts } from './mounts-hop.ts'
import { judgePanel } from './panel-hop.ts'
import { judgePorts } from './ports-hop.ts'
import { judgeProcesses } from './processes-hop.ts'
import { numberOf } from './prometheus-facts.ts'
import { judgePrometheus } from './prometheus-hop.ts'
import { judgeRules } from './rules-hop.ts'
import { judgeSamples } from './samples-hop.ts'
import { judgeScrape } from './scrape-hop.ts'
import { judgeServer } from './server-hop.ts'
import { judgeServices } from './services-hop.ts'
import { judgeSettings, placesOfContainers, placesOfProcesses } from './settings-hop.ts'
import { judgeStorage } from './storage-hop.ts'
import { reachedTargets, serverTargets } from './targets.ts'
import { judgeVolumes } from './volume-hop.ts'

/** What can be looked at before anything was started. */
const before: Hop<Facts>[] = [
  {
    name: 'machine',
    title: 'machine',
    needs: [],
    judge: ({ machine, mode }) => judgeMachine(machine, mode),
  },
  {
    name: 'engine',
    title: 'Docker',
    needs: [],
    judge: ({ engine, mode }) => judgeEngine(engine, mode),
  },
  {
    name: 'docker-disk',
    title: 'Docker’s disk',
    needs: ['engine'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeDockerDisk(engine) : null),
  },
  {
    name: 'compose',
    title: 'compose.yaml',
    needs: ['engine'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeCompose(engine) : null),
  },
  ...fileHops,
  {
    name: 'settings',
    title: 'settings',
    needs: [],
    judge: ({ native, engine, settings, mode, beforeUp }) => {
      if (beforeUp) return null
      const places = mode === 'native' ? placesOfProcesses(native) : placesOfContainers(engine)
      return judgeSettings(places, settings.ports)
    },
  },
  {
    name: 'ports',
    title: 'ports',
    needs: ['engine', 'settings'],
    judge: (facts) =>
      judgePorts({
        listeners: facts.listeners,
        without: [
          ...facts.without,
          ...(facts.without.includes('server') ? ['control'] : []),
          ...(facts.settings.grafana ? [] : ['grafana']),
          // It is for the load, which comes later.
          ...(facts.beforeUp ? ['loadgen'] : []),
        ],
        ownServer: !facts.beforeUp && facts.withoutServer,
      }),
  },
  {
    name: 'disk',
    title: 'disk',
    needs: [],
    judge: ({ folders, mode }) => (mode === 'native' ? judgeDisk(folders) : null),
  },
]

/** What there is once the lab runs, from `/metrics` to the panel. */
const running: Hop<Facts>[] = [
  {
    name: 'processes',
    title: 'processes',
    needs: ['config', 'settings', 'ports', 'disk'],
    judge: ({ native, mode }) => (mode === 'native' ? judgeProcesses(native) : null),
  },
  {
    name: 'made',
    title: 'up to date',
    needs: ['engine', 'compose', 'settings'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeMade(engine) : null),
  },
  {
    name: 'mounts',
    title: 'mounts',
    needs: ['engine', 'compose'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeMounts(engine) : null),
  },
  {
    name: 'volumes',
    title: 'volumes',
    needs: ['engine', 'compose'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeVolumes(engine) : null),
  },
  {
    name: 'containers',
    title: 'containers',
    needs: ['engine', 'compose', 'config', 'ports', 'mounts', 'volumes'],
    judge: ({ engine, mode }) => (mode === 'docker' ? judgeContainers(engine) : null),
  },
  {
    name: 'server',
    title: 'server',
    needs: ['processes', 'containers'],
    judge: ({ server, place }) => (place === 'nobody' ? null : judgeServer(server.metrics, place)),
  },
  {
    name: 'exposition',
    title: '/metrics',
    needs: ['server'],
    judge: ({ server, place }) => (place === 'nobody' ? null : judgeExposition(server.metrics)),
  },
  {
    name: 'prometheus',
    title: 'Prometheus',
    needs: ['settings', 'processes', 'containers'],
    judge: ({ prometheus }) => judgePrometheus(prometheus.ready),
  },
  {
    name: 'storage',
    title: 'storage',
    needs: ['disk', 'volumes', 'prometheus'],
    judge: ({ prometheus }) => judgeStorage(prometheus.metrics),
  },
  {
    name: 'scrape',
    title: 'scrape',
    needs: ['server', 'exposition', 'prometheus'],
    judge: ({ prometheus: { targets, runtime, hereAt, time }, place, ...facts }) => {
      if (place === 'nobody') return null
      const now = numberOf(time) ?? hereAt
      const here = serverFromHere(facts)
      return judgeScrape({ targets, runtime, now, here, whose: place }, facts.mode)
    },
  },
  {
    name: 'services',
    title: 'your services',
    needs: ['mounts', 'prometheus'],
    judge: ({ prometheus: { targets, runtime }, targetFile: file, now, mode }) =>
      judgeServices({ targets, file, runtime, now, inContainer: mode === 'docker' }),
  },
  {
    name: 'clocks',
    title: 'clocks',
    needs: ['prometheus'],
    judge: ({ prometheus: { time, hereAt } }) => judgeClocks(numberOf(time), hereAt),
  },
  {
    name: 'samples',
    title: 'samples',
    needs: ['scrape', 'storage'],
    judge: ({ prometheus: { targets, samples, time, hereAt }, place }) => {
      const of = place === 'nobody' ? reachedTargets : serverTargets
      if (place === 'nobody' && of(targets).length === 0) return null
      return judgeSamples({ targets, of, samples, now: numberOf(time) ?? hereAt })
    },
  },
  {
    name: 'rules',
    title: 'rules',
    needs: ['config', 'prometheus'],
    judge: ({ prometheus: { rules, runtime } }) => judgeRules(rules, runtime),
  },
  {
    name: 'grafana',
    title: 'Grafana',
    needs: ['settings', 'processes', 'containers'],
    judge: ({ grafana, settings }) => judgeGrafana(grafana, settings.grafana),
  },
  {
    name: 'datasource',
    title: 'datasource',
    needs: ['dashboards', 'prometheus', 'grafana'],
    judge: ({ grafana, settings }) => judgeDatasource(grafana, settings.grafana),
  },
  {
    name: 'panel',
    title: 'panel',
    needs: ['server', 'samples'],
    judge: ({ prometheus, server, place }) =>
      place === 'nobody' ? null : judgePanel(prometheus.p95, server.metrics),
  },
  {
    name: 'load-generator',
    title: 'load generator',
    needs: ['prometheus'],
    judge: ({ prometheus }) => judgeLoadGenerator(prometheus.lateness, prometheus.neverSent),
  },
]

/** The way from the machine to the panel, in the order in which the data flow. */
export const hops = { before, all: [...before, ...running] }

/** What a container would have to reach, as this machine sees it. */
function serverFromHere({ engine, mode, server, settings }: Omit<Facts, 'prometheus' | 'place'>) {
  if (mode === 'native' || !engine) return undefined
  return {
    bound: boundOf(engine, settings.ports.server),
    answersHere: refusalOf(server.metrics) === undefined,
  }
}
