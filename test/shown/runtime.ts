import { sum } from './arithmetic.ts'
import { type Expected, shows, shows1, type Table, type Tolerance } from './expectation.ts'
import { readExposition } from './exposition.ts'
import type { Kernel } from './kernel.ts'
import { inFlight, scrapeSeconds, targets } from './requests.ts'
import { concurrency, type Run } from './run.ts'
import { aboutRate, exact, exposed, kernelAt, ratesBy, scrapeAt, valueIn } from './sources.ts'

/** At the last scrape, as the server exposed it. */
const server = (name: string) => (run: Run) => valueIn(run, 'httpserver', name)

const ratio = (above: number, below = 1) => above / below

/** What the kernel counted between the first and the last scrape, each second. */
const byKernel = (count: (kernel: Kernel) => number) => (run: Run) =>
  (count(kernelAt(run)) - count(kernelAt(run, run.since + 1))) / (run.until - run.since)

const ticks: Tolerance = {
  relative: 0.02,
  absolute: 0.002,
  because: 'the kernel counts in ticks of 10 ms, and is asked a few milliseconds before the server',
}

/** The share of the host's processors that was busy between the last two scrapes. */
const hostBusy = (run: Run) => {
  const [before, after] = [kernelAt(run, run.until - 1), kernelAt(run)]
  return ratio(after.hostBusy - before.hostBusy, after.hostTotal - before.hostTotal)
}

const aboutHost: Tolerance = {
  absolute: 0.05,
  because: 'of 5 s, the kernel and Node.js may be asked some milliseconds apart, in ticks of 10 ms',
}

const aboutMemory: Tolerance = { absolute: 0.01, because: 'others take and give memory meanwhile' }

/** On an idle machine with much memory, a few percent of either. */
const byChance = (name: string, other: string) => ({
  survivors: { [`${name} → ${other}`]: 'both may be as large by chance' },
})

const cpuRatio = 'system_cpu_utilization_ratio'
const memoryRatio = 'system_memory_utilization_ratio'

const hostCpu = (name: string) => shows1(name, hostBusy, aboutHost, byChance(cpuRatio, memoryRatio))

const hostMemory = (name: string) =>
  shows1(name, (run) => kernelAt(run).memoryTaken, aboutMemory, byChance(memoryRatio, cpuRatio))

const rates =
  (name: string, label = '') =>
  (run: Run) =>
    ratesBy(run, 'httpserver', name, { label })

const aboutBorn: Tolerance = {
  relative: 0.1,
  because:
    'versions of Prometheus differ in how far they extend a series that begins in the window',
}

const gc = 'nodejs_gc_duration_seconds'

/** As it was scraped in the middle; but timers: each is a delay that is waited for, or one of a few others. */
const resources = (run: Run): Record<string, Expected> => ({
  ...Object.fromEntries(
    exposed(run, 'httpserver', 'nodejs_active_resources', run.middle).map(({ labels, value }) => [
      labels.type ?? '',
      value,
    ]),
  ),
  Timeout: [concurrency - 3, concurrency + 8],
})

const values = (text: string) => readExposition(text).length

/** Rule groups are named by their file and their name. */
const groups = (run: Run, name: string) =>
  Object.fromEntries(
    exposed(run, 'prometheus', name).map(({ labels, value }) => [labels.rule_group ?? '', value]),
  )

/** What the dashboard *Runtime* must show: by the kernel, and by what was scraped. */
export const runtime: Table = {
  'Event loop busy': {
    A: shows1(
      'busy',
      (run) => {
        const part = (suffix: string) =>
          rates(`nodejs_eventloop_utilization_summary_${suffix}`)(run)[''] ?? Number.NaN
        return part('sum') / part('count')
      },
      aboutRate,
    ),
  },
  'Processor time': {
    A: shows1(
      'processors',
      byKernel((k) => k.userSeconds + k.systemSeconds),
      ticks,
    ),
  },
  'Heap of its limit': {
    A: shows1(
      'used',
      (run) => server('nodejs_heap_size_used_bytes')(run) / run.heapLimitBytes,
      exact,
    ),
  },
  'Host processors busy': { A: hostCpu('busy') },
  'Host memory taken': { A: hostMemory('taken') },
  Processes: {
    A: shows1('processes', (run) => kernelAt(run).processes, {
      absolute: 3,
      because: 'others come and go meanwhile',
    }),
  },
  'Event loop delay': {
    A: shows1(
      'max',
      ({ stoodStillSeconds: s }) => [s - 0.02, s + 0.3],
      {
        because: 'it stood still for so long, and then had 18 requests to catch up with',
      },
      { at: 'highest' },
    ),
    B: shows1('p99', server('nodejs_eventloop_lag_p99_seconds'), exact),
    C: shows1('p50', server('nodejs_eventloop_lag_p50_seconds'), exact),
  },
  'Processor time by kind': {
    A: shows1(
      'user',
      byKernel((k) => k.userSeconds),
      ticks,
    ),
    B: shows1(
      'system',
      byKernel((k) => k.systemSeconds),
      ticks,
    ),
  },
  'Requests in flight': { A: inFlight },
  Memory: {
    A: shows1('resident', (run) => kernelAt(run).residentBytes, {
      relative: 0.05,
      because: 'answering a scrape takes memory',
    }),
    B: shows1('heap', server('nodejs_heap_size_total_bytes'), exact),
    C: shows1('used', server('nodejs_heap_size_used_bytes'), exact),
    D: shows1('external', server('nodejs_external_memory_bytes'), exact),
  },
  'Time for garbage collection': { A: shows(rates(`${gc}_sum`, 'kind'), aboutBorn) },
  'Mean pause': {
    A: shows((run) => {
      const sums = rates(`${gc}_sum`, 'kind')(run)
      const counts = Object.entries(rates(`${gc}_count`, 'kind')(run))
      return Object.fromEntries(
        counts
          .filter(([, count]) => count > 0)
          .map(([kind, count]) => [kind, (sums[kind] ?? Number.NaN) / count]),
      )
    }, aboutBorn),
  },
  Collections: { A: shows(rates(`${gc}_count`, 'kind'), aboutBorn) },
  'Active resources': { A: shows(resources, exact, { at: 'middle' }) },
  'Open files': {
    A: shows1(
      'open',
      (run) => kernelAt(run, run.middle).openFiles,
      {
        absolute: 3,
        because: 'connections come and go meanwhile',
      },
      { at: 'middle' },
    ),
  },
  Host: {
    A: hostCpu('processors'),
    B: hostMemory('memory'),
  },
  'Time of a scrape': { A: scrapeSeconds },
  'Samples of a scrape': {
    A: shows((run) => {
      const { httpserver, loadgen, prometheus, shop } = targets(run)
      return {
        [httpserver]: values(scrapeAt(run, 'httpserver').text),
        [prometheus]: values(scrapeAt(run, 'prometheus').text),
        [shop]: values(scrapeAt(run, 'shop').text),
        [loadgen]: 0,
      }
    }, exact),
  },
  'Samples ingested': {
    A: shows1(
      'a second',
      (run) => {
        const { recorded } = run
        const scraped = Object.values(recorded).flatMap(({ scrapes }) => scrapes)
        const stored = scraped.filter(({ at }) => at > run.since && at <= run.until)
        // Five more for each scrape, also for one that fails; and what the rules record each 5 s.
        const recording = Object.values(
          groups(run, 'prometheus_rule_group_last_evaluation_samples'),
        )
        const own = (Object.keys(recorded).length * 5 + sum(recording)) / 5
        return (
          own + stored.reduce((sum, { text }) => sum + values(text), 0) / (run.until - run.since)
        )
      },
      {
        relative: 0.1,
        because: 'a few more are recorded while there is load',
      },
      {
        survivors: {
          '$__rate_interval → $__tenth_rate_interval':
            'two scrapes may be in the shorter window, and as many samples come with each',
        },
      },
    ),
  },
  'Series and chunks in memory': {
    A: shows1('series', ({ head }) => head.numSeries, aboutHead()),
    B: shows1('chunks', ({ head }) => head.chunkCount, aboutHead()),
  },
  'Memory of Prometheus': {
    A: shows1('resident', ({ prometheusProcess }) => prometheusProcess.residentBytes, {
      relative: 0.25,
      because: 'the kernel is asked up to 5 s after the last scrape',
    }),
  },
  'Rules: time taken and time there is': {
    A: shows((run) => groups(run, 'prometheus_rule_group_last_duration_seconds'), exact),
    B: shows1('interval', () => 5, exact),
  },
}

function aboutHead(): Tolerance {
  return {
    relative: 0.05,
    because: 'Prometheus is asked up to 5 s after the last scrape of itself',
  }
}
