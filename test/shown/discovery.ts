import { extrapolatedRate, type Points } from './arithmetic.ts'
import type { DiscoveryRun } from './discovery-run.ts'
import { shows, shows1, type Table, type Tolerance } from './expectation.ts'
import { readExposition, type Series } from './exposition.ts'
import { exact } from './sources.ts'

type Job = keyof DiscoveryRun['recorded']

/** What a job exposed at its last scrape up to a moment, of one metric. */
function exposed(run: DiscoveryRun, job: Job, name: string): Series[] {
  const scrape = run.recorded[job].scrapes.findLast(({ at }) => at <= run.end)
  return readExposition(scrape?.text ?? '').filter((series) => series.name === name)
}

const value = (job: Job, name: string) => (run: DiscoveryRun) =>
  exposed(run, job, name)[0]?.value ?? Number.NaN

/** The rates of a counter, by the values of a label: each series on its own, and then their sums. */
function rates(
  run: DiscoveryRun,
  job: Job,
  name: string,
  { label = '', end = run.end, seconds = run.shownSeconds } = {},
): Record<string, number> {
  const points = new Map<string, { key: string; all: Points }>()
  for (const { at, text } of run.recorded[job].scrapes) {
    for (const { labels, value } of readExposition(text).filter((each) => each.name === name)) {
      const id = JSON.stringify(labels)
      const series = points.get(id) ?? { key: labels[label] ?? '', all: [] }
      series.all.push({ at, value })
      points.set(id, series)
    }
  }
  const sums: Record<string, number> = {}
  for (const { key, all } of points.values()) {
    sums[key] = (sums[key] ?? 0) + (extrapolatedRate(all, end, seconds) ?? 0)
  }
  return sums
}

const bySamples: Tolerance = {
  relative: 0.03,
  because: 'Prometheus notes when it asked, the recorder when the question came: some milliseconds',
}

const increase = (name: string) => (run: DiscoveryRun) =>
  (rates(run, 'discovery', name)[''] ?? 0) * run.shownSeconds

/** There is one discovery and one etcd, and what is shown of them is 1. */
const oneOfOne = { survivors: { 'max → count': 'it is 1, and there is one' } }

const age = (run: DiscoveryRun) =>
  run.end - value('discovery', 'discovery_list_timestamp_seconds')(run)

const byServer = (run: DiscoveryRun) =>
  Object.fromEntries(
    exposed(run, 'discovery', 'discovery_lease_remaining_seconds').map(({ labels, value }) => [
      `${labels.service} ${labels.service_id}`,
      value,
    ]),
  )

/** What the dashboard *Discovery* must show: by what was scraped, and by what was done to servers and etcd. */
export const discovery: Table<DiscoveryRun> = {
  'Servers in the list': { A: shows1('servers', () => 2, exact) },
  'Age of the list': { A: shows1('age', age, exact) },
  etcd: { A: shows1('etcd', () => 1, exact, oneOfOne) },
  'Kept without etcd': { A: shows1('kept', () => 1, exact, oneOfOne) },
  'Values skipped': { A: shows1('skipped', () => 2, exact) },
  'etcd’s leader': { A: shows1('leader', () => 1, exact, oneOfOne) },
  // One lives, one was killed; the third has withdrawn.
  'Registered servers': { A: shows(() => ({ 'httpserver a': 1, 'httpserver b': 0 }), exact) },
  'Time left of each lease': { A: shows(byServer, exact) },
  'Age of the list over time': { A: shows1('age', age, exact) },
  'Changes of the list': {
    A: shows1('written', increase('discovery_writes_total'), bySamples),
    B: shows1('watches', increase('discovery_watches_total'), bySamples),
  },
  'What etcd is asked': {
    A: shows(
      (run) =>
        Object.fromEntries(
          Object.entries(
            rates(run, 'etcd', 'grpc_server_handled_total', {
              label: 'grpc_method',
              end: run.middle,
              seconds: 20,
            }),
          ).filter(([, rate]) => rate > 0),
        ),
      bySamples,
      {
        at: 'middle',
        survivors: {
          'grpc_server_handled_total → grpc_server_started_total':
            'each call that began has ended but for one watch, and one was open before, too',
        },
      },
    ),
  },
  'Size of etcd': {
    A: shows1('memory', value('etcd', 'process_resident_memory_bytes'), exact),
    B: shows1('database', value('etcd', 'etcd_mvcc_db_total_size_in_bytes'), exact),
  },
}
