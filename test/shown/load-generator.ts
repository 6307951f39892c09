import { bucketQuantile } from './arithmetic.ts'
import { shows, shows1, type Table } from './expectation.ts'
import { load, type Run } from './run.ts'
import { bucketRates, bySamples, exact, exposed, ratesBy, scaled } from './sources.ts'

/** What the report says of each outcome, by the label's name for it. */
const outcomes = ({ client }: Run) => ({
  ok: client.ok,
  http_error: client.httpErrors,
  network_error: client.networkErrors,
  timeout: client.timeouts,
  cancelled: client.cancelled,
  never_sent: client.neverSent,
})

/** The quantile of the whole run, from the buckets of the last scrape of the generator. */
const ofRun = (q: number, time: string, name: string) =>
  shows1(
    name,
    (run) =>
      bucketQuantile(
        q,
        exposed(run, 'loadgen', `loadgen_${time}_seconds_bucket`).map(({ labels, value }) => ({
          le: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le),
          count: value,
        })),
      ),
    exact,
  )

/** In the middle of the load, the last 20 s: by the buckets that were scraped in them. */
const window = ({ middle }: Run) => ({ end: middle, windowSeconds: 20 })

const inMiddle = (q: number, time: string, name: string) =>
  shows1(
    name,
    (run) => bucketQuantile(q, bucketRates(run, 'loadgen', `loadgen_${time}_seconds`, window(run))),
    bySamples,
    {
      at: 'middle',
      survivors: scaled,
    },
  )

/** Why a shorter window shows the same. */
const lastOfAll = {
  '$__rate_interval → $__tenth_rate_interval': 'the last value may be in the shorter window, too',
}

/** What the dashboard *Load generator* must show: by its report, and by its own exposition. */
export const loadGenerator: Table = {
  'Requests so far': { A: shows1('requests', ({ client }) => client.planned, exact) },
  'Without a good answer': {
    A: shows1('failed', ({ client }) => 1 - client.ok / client.planned, exact),
  },
  'Response time p50': { A: ofRun(0.5, 'response_time', 'p50') },
  'Response time p99': { A: ofRun(0.99, 'response_time', 'p99') },
  'Service time p99': { A: ofRun(0.99, 'service_time', 'p99') },
  'Lateness p99': { A: ofRun(0.99, 'lateness', 'p99') },
  'Asked and achieved rate': {
    A: shows1('asked', () => load.rate, exact, { at: 'middle', survivors: lastOfAll }),
    B: shows1(
      'sent',
      (run) => ratesBy(run, 'loadgen', 'loadgen_lateness_seconds_count', window(run))[''] ?? 0,
      bySamples,
      { at: 'middle' },
    ),
  },
  'Response time against service time': {
    A: inMiddle(0.5, 'response_time', 'response p50'),
    B: inMiddle(0.99, 'response_time', 'response p99'),
    C: inMiddle(0.5, 'service_time', 'service p50'),
    D: inMiddle(0.99, 'service_time', 'service p99'),
  },
  'Outcomes by rate': {
    A: shows(
      (run) =>
        ratesBy(run, 'loadgen', 'loadgen_requests_total', { label: 'outcome', ...window(run) }),
      bySamples,
      { at: 'middle' },
    ),
  },
  'In flight': {
    A: shows1(
      'in flight',
      () => load.maxInFlight,
      {
        absolute: 2,
        because: 'as many as it may have, but for one that has just ended',
      },
      { at: 'middle', survivors: lastOfAll },
    ),
  },
  'Lateness of the generator': { A: inMiddle(0.99, 'lateness', 'p99') },
  'What became of the requests': { A: shows(outcomes, exact) },
}
