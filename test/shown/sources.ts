import { bucketLayouts } from '../../server/buckets.ts'
import { type Bucket, extrapolatedRate, type Points } from './arithmetic.ts'
import type { Tolerance } from './expectation.ts'
import { readExposition, type Series } from './exposition.ts'
import type { Kernel } from './kernel.ts'
import type { Request, Run } from './run.ts'

/** Where the expected values come from: the access log, what was scraped, the kernel. */

export const { linear, openTelemetry, exponential } = bucketLayouts

/** Requests by route or status, that ended between two moments; by default in the time shown. */
export function ended(
  { log, since, until }: Run,
  is: (request: Request) => boolean = () => true,
  [after, upTo]: [number, number] = [since, until],
): Request[] {
  return log.filter((request) => request.at > after && request.at <= upTo && is(request))
}

export const onRoute =
  (...routes: string[]) =>
  ({ route }: Request) =>
    routes.includes(route)

export const isDelayed = onRoute('/', '/images')

/** It had its delay and its answer: it was not aborted, nor turned away. */
export const isServed = (request: Request) =>
  isDelayed(request) && request.status !== 499 && request.status !== 503

export const isError = ({ status }: Request) => status >= 500

export const secondsOf = (requests: Request[]) => requests.map(({ seconds }) => seconds)

export const delaysOf = (requests: Request[]) =>
  requests.flatMap(({ delaySeconds }) => delaySeconds ?? [])

/** Requests that were under way at a moment: they had come, and had not ended. */
export const underWay = ({ log }: Run, at: number) =>
  log.filter((request) => request.at - request.seconds <= at && request.at > at)

/** From the first scrape of the server to its last, in seconds. */
export const spanOf = ({ since, until }: Run) => until - since

/** For each group of requests, by a name for it. */
export const by = <Value>(
  requests: Request[],
  nameOf: (request: Request) => string | number,
  of: (group: Request[]) => Value,
): Record<string, Value> =>
  Object.fromEntries(
    [...Map.groupBy(requests, (request) => String(nameOf(request)))].map(([name, group]) => [
      name,
      of(group),
    ]),
  )

/** Cumulative counts, by the name of the bound. */
export const byBound = (buckets: Bucket[]) =>
  Object.fromEntries(
    buckets.map(({ le, count }) => [le === Number.POSITIVE_INFINITY ? '+Inf' : String(le), count]),
  )

type Job = keyof Run['recorded']

/** The last scrape of a job up to a moment. */
export function scrapeAt({ recorded, end }: Run, job: Job, at = end) {
  const found = recorded[job].scrapes.findLast((scrape) => scrape.at <= at)
  if (!found) throw new Error(`${job} was not scraped before ${at}`)
  return found
}

/** What a job exposed at its last scrape up to a moment, of one metric. */
export const exposed = (run: Run, job: Job, name: string, at = run.end): Series[] =>
  readExposition(scrapeAt(run, job, at).text).filter((series) => series.name === name)

/** The one value of a metric without labels. */
export function valueIn(run: Run, job: Job, name: string, at = run.end): number {
  const [series, ...others] = exposed(run, job, name, at)
  if (!series || others.length > 0) throw new Error(`${name} has not one series`)
  return series.value
}

/** What the kernel said when the server was scraped last. */
export function kernelAt(run: Run, at = run.end): Kernel {
  const { kernel } = scrapeAt(run, 'httpserver', at)
  if (!kernel) throw new Error('nobody asked the kernel')
  return kernel
}

/**
 * The rate of a counter by the values that were scraped, for each value of a label; what has no rate is
 * left out.
 *
 * @param windowSeconds the window that ends at `end`
 */
export function ratesBy(
  run: Run,
  job: Job,
  name: string,
  { label = '', end = run.end, windowSeconds = run.shownSeconds } = {},
): Record<string, number> {
  const points = new Map<string, Points>()
  for (const { at, text } of run.recorded[job].scrapes) {
    for (const series of readExposition(text).filter((each) => each.name === name)) {
      const key = series.labels[label] ?? ''
      points.set(key, [...(points.get(key) ?? []), { at, value: series.value }])
    }
  }
  return Object.fromEntries(
    [...points].flatMap(([key, all]) => {
      const rate = extrapolatedRate(all, end, windowSeconds)
      return rate === undefined ? [] : [[key, rate]]
    }),
  )
}

/** The rates of a histogram's buckets, rising, as `sum by (le)` has them. */
export const bucketRates = (
  run: Run,
  job: Job,
  name: string,
  window: { end?: number; windowSeconds?: number } = {},
): Bucket[] =>
  Object.entries(ratesBy(run, job, `${name}_bucket`, { label: 'le', ...window }))
    .map(([le, count]) => ({ le: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count }))
    .sort((a, b) => a.le - b.le)

/** Why a quantile or a share does not change: all of it is multiplied by the same number. */
export const scaled = {
  'rate → increase': 'a rate is an increase divided by a constant, which drops out',
}

export const exact: Tolerance = {
  relative: 1e-9,
  because: 'it is that number; only its digits may be written otherwise',
}

export const extended: Tolerance = {
  relative: 0.03,
  absolute: 1,
  because: 'increase() extends what it saw to the window’s ends: by 1 s of 51',
}

export const aboutRate: Tolerance = {
  relative: 0.004,
  because: 'a counter that begins at zero is not extended to the window’s beginning: 0.05 s of 51',
}

export const sameArithmetic: Tolerance = {
  relative: 0.002,
  because: 'a bucket that begins near zero is not extended to the window’s beginning: 0.05 s of 51',
}

export const bySamples: Tolerance = {
  relative: 0.01,
  because: 'Prometheus notes when it asked, the recorder when the question came: some milliseconds',
}
