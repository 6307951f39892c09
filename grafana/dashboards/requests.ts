import * as common from '@grafana/grafana-foundation-sdk/common'
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard'
import {
  NoUnit,
  PercentUnit,
  RequestsPerSecond,
  Seconds,
} from '@grafana/grafana-foundation-sdk/units'
import {
  fixedColor,
  instantQuery,
  labDashboard,
  linesOverTime,
  mapping,
  oneNumber,
  query,
  statesOverTime,
  thresholds,
} from './house.ts'
import { requests, scrapes } from './queries.ts'
import { jobs, routes } from './variables.ts'

const histogram = 'http_server_request_duration_seconds'

/** Rate, errors and duration of all requests to the server, and whether Prometheus gets through to it. */
export function requestsDashboard() {
  return labDashboard(
    'requests',
    'Requests',
    'Rate, errors and duration of every request to the server: scrapes and health checks too.',
  )
    .withVariable(jobs(histogram))
    .withVariable(routes(histogram, 'The routes that the panels about requests are about.'))
    .withPanel(rate().height(4).span(6))
    .withPanel(errorRatio().height(4).span(6))
    .withPanel(inFlightNow().height(4).span(6))
    .withPanel(serverScraped().height(4).span(6))

    .withRow(new dashboard.RowBuilder('Rate and errors'))
    .withPanel(rateByRoute().height(8).span(12))
    .withPanel(rateByStatus().height(8).span(12))
    .withPanel(errorRateByRoute().height(8).span(12))
    .withPanel(errorRatioByRoute().height(8).span(12))

    .withRow(new dashboard.RowBuilder('Duration'))
    .withPanel(p99ByRoute().height(8).span(8))
    .withPanel(meanByRoute().height(8).span(8))
    .withPanel(meanByStatus().height(8).span(8))

    .withRow(new dashboard.RowBuilder('In flight and scrapes'))
    .withPanel(inFlight().height(8).span(8))
    .withPanel(up().height(8).span(8))
    .withPanel(scrapeDuration().height(8).span(8))
}

const rate = () =>
  oneNumber(
    'All requests',
    'Requests a second to the chosen routes, now, and how it went; Prometheus’ own scrapes count.',
  )
    .unit(RequestsPerSecond)
    .min(0)
    .graphMode(common.BigValueGraphMode.Area)
    .withTarget(query(requests.rate(), 'requests'))

const errorRatio = () =>
  oneNumber(
    'Error share',
    'The share of requests that ended in a 5xx, now. 0 % is no error; a dash is no request. A client that goes away (499) is no error of the server.',
  )
    .unit(PercentUnit)
    .decimals(1)
    .min(0)
    .max(1)
    .thresholds(thresholds(errorShareColors))
    .withTarget(instantQuery(requests.errorRatio(), 'errors'))

const inFlightNow = () =>
  oneNumber(
    'In flight now',
    'Requests that the server is busy with at the moment of a scrape, the scrape included. On average it is rate × mean duration: 50 a second of 1 s each are 50 in flight.',
  )
    .unit(NoUnit)
    .decimals(0)
    .min(0)
    .graphMode(common.BigValueGraphMode.Area)
    .withTarget(query(requests.inFlight(), 'in flight'))

const serverScraped = () =>
  oneNumber(
    'Server scraped',
    'Whether Prometheus got its last scrape of the server, or of every service that is chosen. If not, nothing else here is fresh; the panel Targets says since when.',
  )
    .mappings([mapping({ 0: { text: 'no', color: 'red' }, 1: { text: 'yes', color: 'green' } })])
    .withTarget(instantQuery(scrapes.servicesUp(), 'server'))

const rateByRoute = () =>
  linesOverTime(
    'Rate by route',
    'Requests a second for each route. What matches none is “unmatched”.',
  )
    .unit(RequestsPerSecond)
    .withTarget(query(requests.rateBy('http_route'), '{{http_route}}'))

const rateByStatus = () =>
  linesOverTime(
    'Rate by status',
    'Requests a second for each status code, on top of one another, so that the height is all requests. 499: the client went away before the answer.',
  )
    .unit(RequestsPerSecond)
    .fillOpacity(30)
    .stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'))
    .withTarget(
      query(requests.rateBy('http_response_status_code'), '{{http_response_status_code}}'),
    )
    .overrideByRegexp('/^2/', [fixedColor('green')])
    .overrideByRegexp('/^4/', [fixedColor('yellow')])
    .overrideByRegexp('/^5/', [fixedColor('red')])
    // Of two overrides the later one holds.
    .overrideByName('499', [fixedColor('#808080')])

const errorRateByRoute = () =>
  linesOverTime(
    'Errors by route',
    'Answers with a 5xx a second, for each route. A healthy server has lines at 0; no lines means that nothing is known.',
  )
    .unit(RequestsPerSecond)
    .axisSoftMax(1)
    .withTarget(query(requests.errorRateByRoute(), '{{http_route}}'))

const errorRatioByRoute = () =>
  linesOverTime(
    'Error share by route',
    'The share of each route’s requests that ended in a 5xx. A rare route jumps high with a single error: look at its rate too.',
  )
    .unit(PercentUnit)
    .axisSoftMax(0.01)
    .max(1)
    .withTarget(query(requests.errorRatioByRoute(), '{{http_route}}'))

const p99ByRoute = () =>
  linesOverTime(
    '99th percentile by route',
    'The time that 99 of 100 requests stay within. The lab’s server has OpenTelemetry’s buckets, where 1 s is followed by 2.5 s: between the two it is a guess. Compare it with “Latency distribution”, whose buckets fit.',
  )
    .unit(Seconds)
    .withTarget(query(requests.quantileByRoute(0.99), '{{http_route}}'))

const meanByRoute = () =>
  linesOverTime(
    'Mean duration by route',
    'The mean time a request took, by route: exact, whatever the buckets.',
  )
    .unit(Seconds)
    .withTarget(query(requests.meanBy('http_route'), '{{http_route}}'))

const meanByStatus = () =>
  linesOverTime(
    'Mean duration by status',
    'The mean time a request took, by status code. Errors that are faster than successes make a failing server look quick.',
  )
    .unit(Seconds)
    .withTarget(
      query(requests.meanBy('http_response_status_code'), '{{http_response_status_code}}'),
    )

const inFlight = () =>
  linesOverTime(
    'In flight',
    'Requests that the server is busy with, at each scrape, the scrape included. It rises when requests come in faster than they are answered.',
  )
    .unit(NoUnit)
    .withTarget(query(requests.inFlight(), 'in flight'))

const up = () =>
  statesOverTime(
    'Targets',
    'Whether Prometheus could scrape each of its targets. The load generator is there only while it runs: “away” is its normal state.',
  )
    .mappings([mapping({ 0: { text: 'down', color: 'red' }, 1: { text: 'up', color: 'green' } })])
    .overrideByRegexp('/^loadgen /', [
      {
        id: 'mappings',
        value: [
          mapping({ 0: { text: 'away', color: '#808080' }, 1: { text: 'up', color: 'green' } }),
        ],
      },
    ])
    .withTarget(query(scrapes.up(), '{{job}} {{instance}}'))

const scrapeDuration = () =>
  linesOverTime(
    'Scrape duration',
    'How long each scrape took. Past 4 s it is given up, and there is a gap in everything.',
  )
    .unit(Seconds)
    .withTarget(query(scrapes.seconds(), '{{job}} {{instance}}'))

const errorShareColors = [
  { value: null, color: 'green' },
  { value: 0.001, color: 'orange' },
  { value: 0.01, color: 'red' },
]
