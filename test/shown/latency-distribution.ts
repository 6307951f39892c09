import { limits } from '../../grafana/dashboards/latency.ts'
import { cumulative, layoutQuantile, mean } from './arithmetic.ts'
import { type Selected, type Shows, shows, shows1, type Table } from './expectation.ts'
import type { Run } from './run.ts'
import {
  aboutRate,
  byBound,
  ended,
  exact,
  extended,
  isServed,
  linear,
  sameArithmetic,
  scaled,
  secondsOf,
  spanOf,
} from './sources.ts'

const chosen = (run: Run, { routes }: Selected) =>
  ended(run, (request) => isServed(request) && routes.includes(request.route))
const seconds = (run: Run, selected: Selected) => secondsOf(chosen(run, selected))

const quantile = (q: number, name: string) =>
  shows1(
    name,
    (run, selected) => layoutQuantile(q, seconds(run, selected), linear),
    sameArithmetic,
    {
      survivors: scaled,
    },
  )

const bars = shows((run, selected) => byBound(cumulative(seconds(run, selected), linear)), extended)

/** What the dashboard *Latency distribution* must show: the served requests, by the access log. */
export const latencyDistribution: Table = {
  Requests: {
    A: shows1(
      'since the start',
      ({ log }, { routes }) =>
        log.filter((request) => isServed(request) && routes.includes(request.route)).length,
      exact,
    ),
    B: shows1('in the time shown', (run, selected) => chosen(run, selected).length, extended),
  },
  'Request rate': {
    A: shows1('requests', (run, selected) => chosen(run, selected).length / spanOf(run), aboutRate),
  },
  Median: { A: quantile(0.5, 'median') },
  Mean: { A: shows1('mean', (run, selected) => mean(seconds(run, selected)), sameArithmetic) },
  p95: { A: quantile(0.95, 'p95') },
  p99: { A: quantile(0.99, 'p99') },
  Distribution: { A: bars },
  'Answered within': Object.fromEntries(
    limits.map((limit, index): [string, Shows] => [
      'ABCDE'.charAt(index),
      shows1(
        `${limit} s`,
        (run, selected) =>
          seconds(run, selected).filter((s) => s <= limit).length / chosen(run, selected).length,
        sameArithmetic,
      ),
    ]),
  ),
  'Percentiles over time': {
    A: quantile(0.99, 'p99'),
    B: quantile(0.95, 'p95'),
    C: quantile(0.9, 'p90'),
    D: quantile(0.5, 'p50'),
  },
  'Distribution over time': { A: bars },
}
