import { cumulative, layoutQuantile, mean } from './arithmetic.ts'
import { type Selected, shows, shows1, type Table, type Tolerance } from './expectation.ts'
import type { Request, Run } from './run.ts'
import { shopBounds } from './shop.ts'
import {
  by,
  byBound,
  ended,
  extended,
  isError,
  openTelemetry,
  scaled,
  secondsOf,
  spanOf,
} from './sources.ts'

/** The requests that the chosen service answered on the chosen routes, and how its histogram sees them. */
type Traffic = {
  requests: Request[]
  spanSeconds: number
  bounds: readonly number[]
  perSecond: number
}

function traffic(run: Run, { variables, routes }: Selected): Traffic {
  const onRoutes = (request: Request) => variables.route === '.*' || routes.includes(request.route)
  if (variables.job === 'httpserver') {
    const requests = ended(run, onRoutes)
    return { requests, spanSeconds: spanOf(run), bounds: openTelemetry, perSecond: 1 }
  }
  const reads = run.shop.reads.filter(({ at }) => at > run.since && at <= run.end)
  const [first, last] = [reads[0], reads.at(-1)]
  if (!first || !last) throw new Error('the shop was not scraped in the time shown')
  const requests = run.shop.log.slice(first.measured, last.measured).filter(onRoutes)
  return { requests, spanSeconds: last.at - first.at, bounds: shopBounds, perSecond: 1000 }
}

const about: Tolerance = {
  relative: 0.01,
  because:
    'Prometheus asks some milliseconds before it is noted; a counter that begins at zero is not extended',
}

const rateOf = (requests: Request[], { spanSeconds }: Traffic) => requests.length / spanSeconds

const quantileOf = (q: number, requests: Request[], { bounds, perSecond }: Traffic) =>
  layoutQuantile(
    q,
    secondsOf(requests),
    bounds.map((bound) => bound / perSecond),
  )

const quantile = (q: number, name: string) =>
  shows1(
    name,
    (run, selected) => {
      const all = traffic(run, selected)
      return quantileOf(q, all.requests, all)
    },
    about,
    { survivors: scaled },
  )

const byRoute =
  (of: (group: Request[], all: Traffic) => number) => (run: Run, selected: Selected) => {
    const all = traffic(run, selected)
    return by(
      all.requests,
      ({ route }) => route,
      (group) => of(group, all),
    )
  }

/** Routes that nobody asked: their series are there from the start, at zero. */
const idle = ({ variables }: Selected): Record<string, number> =>
  variables.job === 'httpserver' && variables.route === '.*' ? { '/healthz': 0, '/readyz': 0 } : {}

const bars = shows((run, selected) => {
  const { requests, spanSeconds, bounds, perSecond } = traffic(run, selected)
  const counts = cumulative(
    secondsOf(requests),
    bounds.map((bound) => bound / perSecond),
  )
  const factor = run.shownSeconds / spanSeconds
  return byBound(
    counts.map(({ le, count }) => ({
      le: Number((le * perSecond).toPrecision(12)),
      count: count * factor,
    })),
  )
}, extended)

const timesZero = Object.fromEntries(
  [
    '_count → _sum',
    '$__range → $__tenth_range',
    'rate → increase',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's variables look like that
    'another value in __name__="${histogram}_count"',
    'another value in job="$job"',
    'another value in label=~"$route"',
  ].map((name) => [
    `${name} (again)`,
    'it stands behind 0 *, and says only which series there are',
  ]),
)

/** What the dashboard *Your service* must show: the lab's server by its access log, the shop by its notes. */
export const service: Table = {
  'Request rate': {
    A: shows1(
      'requests',
      (run, selected) => {
        const all = traffic(run, selected)
        return rateOf(all.requests, all)
      },
      about,
    ),
  },
  'Error share': {
    A: shows1(
      'errors',
      (run, selected) => {
        const { requests } = traffic(run, selected)
        return requests.filter(isError).length / requests.length
      },
      about,
      { survivors: timesZero },
    ),
  },
  Median: { A: quantile(0.5, 'Median') },
  Mean: {
    A: shows1('mean', (run, selected) => mean(secondsOf(traffic(run, selected).requests)), about),
  },
  p95: { A: quantile(0.95, 'p95') },
  p99: { A: quantile(0.99, 'p99') },
  'Percentiles over time': {
    A: quantile(0.99, 'p99'),
    B: quantile(0.95, 'p95'),
    C: quantile(0.9, 'p90'),
    D: quantile(0.5, 'p50'),
  },
  'Distribution over time': { A: bars },
  Distribution: { A: bars },
  'Rate by status': {
    A: shows((run, selected) => {
      const all = traffic(run, selected)
      return by(
        all.requests,
        ({ status }) => status,
        (group) => rateOf(group, all),
      )
    }, about),
  },
  'Rate by route': {
    A: shows((run, selected) => ({ ...byRoute(rateOf)(run, selected), ...idle(selected) }), about),
  },
  '95th percentile by route': {
    A: shows(
      byRoute((group, all) => quantileOf(0.95, group, all)),
      about,
      { survivors: scaled },
    ),
  },
  'Mean by route': {
    A: shows(
      byRoute((group) => mean(secondsOf(group))),
      about,
    ),
  },
}

const server = {
  job: 'httpserver',
  histogram: 'http_server_request_duration_seconds',
  label: 'http_route',
  status: 'http_response_status_code',
  per_second: '1',
}

const shop = {
  job: 'shop',
  histogram: 'shop_latency_milliseconds',
  label: 'handler',
  status: 'status',
  per_second: '1000',
}

/** What is chosen, one after the other; all but the route is what the variables find out by themselves. */
export const serviceSelections: Selected[] = [
  { variables: { ...server, route: '.*' }, routes: [] },
  { variables: { ...shop, route: ['/pay'] }, routes: ['/pay'] },
  { variables: { ...shop, route: '.*' }, routes: [] },
]
