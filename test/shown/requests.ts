import { layoutQuantile, mean } from './arithmetic.ts'
import { type Selected, shows, shows1, type Table } from './expectation.ts'
import type { Request, Run } from './run.ts'
import {
  aboutRate,
  by,
  ended,
  exact,
  isError,
  openTelemetry,
  sameArithmetic,
  scaled,
  scrapeAt,
  secondsOf,
  spanOf,
  underWay,
} from './sources.ts'

const routeOf = ({ route }: Request) => route
const statusOf = ({ status }: Request) => status

/** Routes that nobody asked: their series are there from the start, at zero. */
const idle = ({ variables }: Selected): Record<string, number> =>
  variables.route === '.*' ? { '/healthz': 0, '/readyz': 0 } : {}

/** Those that ended on the chosen routes; all of them are more than the delayed ones. */
const chosen = (run: Run, { variables, routes }: Selected) =>
  ended(run, ({ route }) => variables.route === '.*' || routes.includes(route))

const errorShare = (requests: Request[]) => requests.filter(isError).length / requests.length

/** The targets’ names on the panels about scrapes. */
export const targets = ({ recorded }: Run) => ({
  httpserver: `httpserver 127.0.0.1:${recorded.httpserver.port}`,
  loadgen: `loadgen 127.0.0.1:${recorded.loadgen.port}`,
  prometheus: `prometheus 127.0.0.1:${recorded.prometheus.port}`,
  shop: `shop 127.0.0.1:${recorded.shop.port}`,
})

/** How long the scrapes took: as long as the recorder needed, and the way there. */
export const scrapeSeconds = shows(
  (run) => {
    const took = (job: 'httpserver' | 'prometheus' | 'shop') => {
      const { seconds } = scrapeAt(run, job)
      return [seconds - 0.002, seconds + 0.05] as const
    }
    const { httpserver, loadgen, prometheus, shop } = targets(run)
    return {
      [shop]: took('shop'),
      [httpserver]: took('httpserver'),
      [prometheus]: took('prometheus'),
      // It has gone: being refused takes no time.
      [loadgen]: [0, 0.1],
    }
  },
  { because: 'the recorder is between the two: connecting, and handing on' },
)

/** Of `x or 0 * y`: what y is makes no difference, but for the series that it has. */
export const timesZero = (
  window: '$__rate_interval' | '$__range' = '$__rate_interval',
  ...more: string[]
) => ({
  survivors: Object.fromEntries(
    [
      '_count → _sum (again)',
      `${window} → ${window.replace('__', '__tenth_')} (again)`,
      'rate → increase (again)',
      'http_server_request_duration_seconds → lab_request_duration_seconds (again)',
      ...more,
    ].map((name) => [name, 'it stands behind 0 *, and says only which series there are']),
  ),
})

const chosenTimesZero = timesZero(
  '$__rate_interval',
  ...['job=~"$job"', 'http_route=~"$route"'].flatMap((matcher) => [
    `${matcher} dropped (again)`,
    `another value in ${matcher} (again)`,
  ]),
)

/** The route's series of one status each. */
const byStatus = {
  survivors: {
    ...scaled,
    'sum → max': 'nine in ten have the status 200, and the others take as long',
  },
}

/** At a scrape that is under way itself. */
export const inFlight = shows1(
  'in flight',
  (run) => underWay(run, scrapeAt(run, 'httpserver', run.middle).at).length,
  { absolute: 4, because: 'up to 4 requests begin or end in the milliseconds of a scrape' },
  { at: 'middle' },
)

/** What the dashboard *Requests* must show: all requests, by the access log. */
export const requests: Table = {
  'All requests': {
    A: shows1('requests', (run, selected) => chosen(run, selected).length / spanOf(run), aboutRate),
  },
  'Error share': {
    A: shows1(
      'errors',
      (run, selected) => errorShare(chosen(run, selected)),
      sameArithmetic,
      chosenTimesZero,
    ),
  },
  'In flight now': { A: inFlight },
  'Server scraped': {
    A: shows1('server', () => 1, exact, {
      survivors: { 'min → sum': 'one server, and it is up: both are 1' },
    }),
  },
  'Rate by route': {
    A: shows(
      (run, selected) => ({
        ...by(chosen(run, selected), routeOf, (all) => all.length / spanOf(run)),
        ...idle(selected),
      }),
      aboutRate,
    ),
  },
  'Rate by status': {
    A: shows(
      (run, selected) => by(chosen(run, selected), statusOf, (all) => all.length / spanOf(run)),
      aboutRate,
    ),
  },
  'Errors by route': {
    A: shows(
      (run, selected) => ({
        ...by(chosen(run, selected), routeOf, (all) => all.filter(isError).length / spanOf(run)),
        ...idle(selected),
      }),
      aboutRate,
      chosenTimesZero,
    ),
  },
  'Error share by route': {
    A: shows(
      (run, selected) => by(chosen(run, selected), routeOf, errorShare),
      sameArithmetic,
      chosenTimesZero,
    ),
  },
  '99th percentile by route': {
    A: shows(
      (run, selected) =>
        by(chosen(run, selected), routeOf, (all) =>
          layoutQuantile(0.99, secondsOf(all), openTelemetry),
        ),
      sameArithmetic,
      byStatus,
    ),
  },
  'Mean duration by route': {
    A: shows(
      (run, selected) => by(chosen(run, selected), routeOf, (all) => mean(secondsOf(all))),
      sameArithmetic,
    ),
  },
  'Mean duration by status': {
    A: shows(
      (run, selected) => by(chosen(run, selected), statusOf, (all) => mean(secondsOf(all))),
      sameArithmetic,
    ),
  },
  'In flight': { A: inFlight },
  Targets: {
    A: shows((run) => {
      const { httpserver, loadgen, prometheus, shop } = targets(run)
      return { [httpserver]: 1, [loadgen]: 0, [prometheus]: 1, [shop]: 1 }
    }, exact),
  },
  'Scrape duration': { A: scrapeSeconds },
}
