import {
  type Bucket,
  bucketQuantile,
  cumulative,
  exactQuantile,
  extrapolatedRate,
  layoutQuantile,
  mean,
  sum,
} from './arithmetic.ts'
import { type Shows, shows, shows1, type Table, type Tolerance } from './expectation.ts'
import type { Request, Run } from './run.ts'
import {
  bucketRates,
  byBound,
  bySamples,
  delaysOf,
  ended,
  exact,
  exponential,
  extended,
  isDelayed,
  isServed,
  linear,
  openTelemetry,
  ratesBy,
  sameArithmetic,
  scaled,
  secondsOf,
} from './sources.ts'

const layouts = { exponential, OpenTelemetry: openTelemetry, linear }

type LayoutName = keyof typeof layouts

const layoutNames = ['exponential', 'OpenTelemetry', 'linear'] as const

const percentiles = [
  [0.5, 'p50'],
  [0.9, 'p90'],
  [0.95, 'p95'],
  [0.99, 'p99'],
] as const

const served = (run: Run) => ended(run, isServed)

/** The exponential layout's `total` counts those that went away, too. */
const countedBy = (layout: LayoutName) => (layout === 'exponential' ? isDelayed : isServed)

/** Which requests are one series of the layout's histogram. */
const seriesOf = {
  exponential: () => '',
  OpenTelemetry: ({ route, status }: Request) => `${route} ${status}`,
  linear: ({ route }: Request) => route,
}

/** What `rate(…[1m])` makes of each bucket at a time, added up: by the access log alone. */
function bucketsAt({ log, recorded }: Run, layout: LayoutName, end: number): Bucket[] {
  const counted = log.filter(countedBy(layout))
  const series = [...Map.groupBy(counted, seriesOf[layout]).values()]
  return [...layouts[layout], Number.POSITIVE_INFINITY].map((le) => ({
    le,
    count: sum(
      series.map((requests) => {
        const within = requests.filter(({ seconds }) => seconds <= le)
        const points = recorded.httpserver.scrapes.map(({ at }) => ({
          at,
          value: within.filter((request) => request.at <= at).length,
        }))
        return extrapolatedRate(points, end, 60) ?? 0
      }),
    ),
  }))
}

const estimateAt = (run: Run, layout: LayoutName, q: number, end = run.end) =>
  bucketQuantile(q, bucketsAt(run, layout, end))

/** The delays of the requests between the first and the last scrape in the minute up to a time. */
const injectedAt = (run: Run, end: number) => {
  const scrapes = run.recorded.httpserver.scrapes.filter(({ at }) => at > end - 60 && at <= end)
  return delaysOf(ended(run, isServed, [scrapes[0]?.at ?? end, scrapes.at(-1)?.at ?? end]))
}

const errorAt = (run: Run, layout: LayoutName, q: number, end = run.end) =>
  estimateAt(run, layout, q, end) / exactQuantile(q, injectedAt(run, end)) - 1

const aboutEstimate = (layout: LayoutName): Tolerance =>
  layout === 'exponential'
    ? {
        relative: 0.015,
        because: 'the handler stops its clock earlier: a request of 60 may be in the bucket below',
      }
    : sameArithmetic

/** Why the upper quantiles hardly change where a third of all is in one bucket: 1 to 2.5 s. */
const wide = 'in so wide a bucket, some quick requests more or less move it little'

const survivorsOf = (layout: LayoutName, q: number): Record<string, string> => {
  if (layout === 'exponential') return scaled
  if (layout === 'linear') {
    const reason = 'the injected delays in steps of 25 ms may be as near'
    return { ...scaled, 'lab_request_duration_seconds → lab_delay_seconds': reason }
  }
  const sibling = 'http_server_request_duration_seconds → lab_request_duration_seconds'
  if (q === 0.5) {
    return { ...scaled, [sibling]: 'delays are uniform there, and any straight line is right' }
  }
  return {
    ...scaled,
    'sum → max': wide,
    'http_response_status_code!~"499|503" dropped': wide,
    'http_route=~"/|/images" dropped': wide,
  }
}

/** Both count each served request once. */
const sameCount = (name: string) => ({
  survivors: {
    [`${name} (again)`]: 'it is the count, and the two histograms have the same requests',
  },
})

const estimate = (layout: LayoutName, q: number) =>
  shows1(layout, (run) => estimateAt(run, layout, q), aboutEstimate(layout), {
    survivors: survivorsOf(layout, q),
  })

const error = (layout: LayoutName, q: number) =>
  shows1(layout, (run) => errorAt(run, layout, q), aboutError(layout), {
    survivors: survivorsOf(layout, q),
  })

/** As the estimate, of what may be a little above 1. */
function aboutError(layout: LayoutName): Tolerance {
  const { relative = 0, because } = aboutEstimate(layout)
  return { absolute: Math.max(0.004, 1.3 * relative), because }
}

/** The mean of what there was at each 5 s: each with the requests from the first scrape to its last. */
const meanError = (layout: LayoutName, q: number, name: string) =>
  shows1(
    name,
    (run) => {
      const { end, shownSeconds } = run
      const errors = []
      for (let at = Math.ceil((end - shownSeconds) / 5) * 5; at <= end; at += 5) {
        if (injectedAt(run, at).length > 0) errors.push(errorAt(run, layout, q, at))
      }
      return mean(errors)
    },
    aboutError(layout),
    {
      survivors: {
        ...survivorsOf(layout, q),
        'sum → max': 'the largest series has most requests, and on average they take as long',
        '$__range → $__tenth_range': 'the last error may be the mean',
        'avg_over_time → max_over_time': 'the largest error may be the mean',
        'max → count': 'a truth that is 1 s on average may be taken for a count of 1',
      },
    },
  )

const bars = (layout: LayoutName) =>
  shows(
    (run) => byBound(cumulative(secondsOf(ended(run, countedBy(layout))), layouts[layout])),
    layout === 'exponential'
      ? {
          // 2 % by the extension, as everywhere, and as many again that are on the other side of the bound.
          relative: 0.05,
          absolute: 5,
          because: `${extended.because}; some end within 1 ms of a bound`,
        }
      : extended,
  )

/** As the server exposes it: 25 ms to 2.5 s, and four above. */
const delayBounds = [...Array.from({ length: 100 }, (_, i) => (i + 1) / 40), 3, 4, 5, 10]

const clientAndServer = (q: number): Record<string, Shows> => {
  const window = (run: Run) => ({ end: run.middle, windowSeconds: 20 })
  const of = (job: 'loadgen' | 'httpserver', name: string, legend: string) =>
    shows1(
      legend,
      (run) => bucketQuantile(q, bucketRates(run, job, name, window(run))),
      bySamples,
      { at: 'middle', survivors: scaled },
    )
  return {
    A: of('loadgen', 'loadgen_response_time_seconds', 'client, response'),
    B: of('loadgen', 'loadgen_service_time_seconds', 'client, service'),
    C: shows1(
      'server',
      (run) => layoutQuantile(q, secondsOf(inWindow(run)), linear),
      sameArithmetic,
      {
        at: 'middle',
        survivors: { ...scaled, 'sum → max': 'both routes take as long in the middle of the load' },
      },
    ),
  }
}

/** Requests between the first and the last scrape of the server in the 20 s before the middle. */
const inWindow = (run: Run) => {
  const scrapes = run.recorded.httpserver.scrapes.filter(
    ({ at }) => at > run.middle - 20 && at <= run.middle,
  )
  return ended(run, isServed, [scrapes[0]?.at ?? 0, scrapes.at(-1)?.at ?? 0])
}

const otherTime = (time: string) => (time === 'service_time' ? 'response_time' : 'service_time')

const clientMean = (time: string, name: string) =>
  shows1(
    name,
    (run) => {
      const window = { end: run.middle, windowSeconds: 20 }
      const rate = (part: string) =>
        ratesBy(run, 'loadgen', `loadgen_${time}_seconds_${part}`, window)[''] ?? 0
      return rate('sum') / rate('count')
    },
    bySamples,
    { at: 'middle', ...sameCount(`loadgen_${time}_seconds → loadgen_${otherTime(time)}_seconds`) },
  )

const letters = 'ABCD'

const forEach = <Name>(names: readonly Name[], of: (name: Name, index: number) => Shows) =>
  Object.fromEntries(names.map((name, index) => [letters.charAt(index), of(name, index)]))

/** What the dashboard *Truth* must show: by delays and durations in the access log. */
export const truth: Table = {
  Behaviour: { A: shows1('errors', () => 1, exact) },
  'Injected since the behaviour is in force': forEach(percentiles, ([q, name]) =>
    shows1(name, ({ truth: { quantileSeconds } }) => quantileSeconds[q] ?? Number.NaN, exact),
  ),
  ...Object.fromEntries(
    layoutNames.map((layout) => [
      `Off by: ${layout}`,
      forEach(percentiles, ([q, name]) => meanError(layout, q, name)),
    ]),
  ),
  ...Object.fromEntries(
    percentiles.map(([q, name]) => [
      `${name} of the last minute`,
      {
        A: shows1('injected', (run) => exactQuantile(q, injectedAt(run, run.end)), exact),
        B: estimate('exponential', q),
        C: estimate('OpenTelemetry', q),
        D: estimate('linear', q),
      },
    ]),
  ),
  ...Object.fromEntries(
    percentiles.map(([q, name]) => [
      `Error of ${name}`,
      forEach(layoutNames, (layout) => error(layout, q)),
    ]),
  ),
  'Injected delays': {
    A: shows((run) => byBound(cumulative(delaysOf(served(run)), delayBounds)), extended),
  },
  'In linear buckets': { A: bars('linear') },
  'In OpenTelemetry buckets': { A: bars('OpenTelemetry') },
  'In exponential buckets': { A: bars('exponential') },
  'Median: client and server': clientAndServer(0.5),
  'p99: client and server': clientAndServer(0.99),
  'Mean: injected, server and client': {
    A: shows1('injected', (run) => mean(delaysOf(inWindow(run))), sameArithmetic, {
      at: 'middle',
      ...sameCount('lab_delay_seconds → lab_request_duration_seconds'),
    }),
    B: shows1('server', (run) => mean(secondsOf(inWindow(run))), sameArithmetic, {
      at: 'middle',
      ...sameCount('lab_request_duration_seconds → lab_delay_seconds'),
    }),
    C: clientMean('service_time', 'client, service'),
    D: clientMean('response_time', 'client, response'),
  },
}
