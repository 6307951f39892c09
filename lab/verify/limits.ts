import type { Evidence, LayoutEvidence } from './evidence.ts'
import { bucketOf } from './gained.ts'
import { duration, range } from './quantity.ts'
import { levelNames, type Statistics, statisticNames } from './statistics.ts'

/** One thing that must hold: what was looked at, what was found, and what is allowed. */
export type Check = { what: string; found: string; allowed: string; passed: boolean }

/**
 * How much longer than its delay the server may take, and the client longer than the server. An idle
 * machine needs 1 to 2 ms; this much is for one that has other work, and then the slowest requests are
 * those that it has held up.
 */
export const OVERHEAD_SECONDS = { p50: 0.05, p90: 0.05, p95: 0.2, p99: 0.2, mean: 0.05 }

/** How much longer than its delay any single request may take: a machine seldom stands still for longer. */
export const LONGEST_EXCESS_SECONDS = 1

/**
 * How much longer the worst one may take than the third worst. When a machine stands still it holds up
 * all requests whose time comes meanwhile, one each 1/rate seconds, so the worst ones differ by little;
 * one that stands alone was delayed by something else.
 */
const aloneSeconds = (rate: number) => Math.max(0.1, 15 / rate)

/** The server notes the end of an answer when its last byte has gone; the client may have it by then. */
const END_NOTED_SECONDS = 0.002

/** The load generator's histogram knows a value to within this share of it, rounded up. */
const CLIENT_RESOLUTION = 1 / 1024

/** Holds the evidence against what must be true of it, whatever the behaviour. */
export function judge(evidence: Evidence): Check[] {
  return [
    ...countChecks(evidence),
    ...analyticChecks(evidence),
    ...handlerChecks(evidence),
    ...clientChecks(evidence),
    ...evidence.layouts.flatMap((layout) => layoutChecks(layout, evidence)),
  ]
}

const countChecks = ({ client, requests, counts }: Evidence): Check[] => {
  const answered = client.ok + client.httpErrors
  const layers = counts.filter(({ layer, count }) => count !== null || !layer.startsWith('access'))
  return [
    equal('answered requests', answered, requests),
    ...layers.slice(1).map(({ layer, count }) => equal(layer, count, answered)),
  ]
}

const analyticChecks = ({ expected, injected }: Evidence): Check[] =>
  expected
    ? statisticNames.map((name) => between(`injected ${name}`, injected[name], expected[name]))
    : []

const handlerChecks = ({ injected, handler, worstExcessesSeconds, rate }: Evidence): Check[] => [
  ...above('handler', handler, injected, (seconds, overhead) => ({
    low: seconds,
    high: seconds + overhead,
  })),
  between('the worst request, over its delay', worstExcessesSeconds[0] ?? null, {
    low: 0,
    high: LONGEST_EXCESS_SECONDS,
  }),
  between(
    'the worst request, over the third worst',
    (worstExcessesSeconds[0] ?? Number.NaN) - (worstExcessesSeconds[2] ?? 0),
    { low: 0, high: aloneSeconds(rate) },
  ),
]

const clientChecks = ({ handler, client }: Evidence): Check[] => [
  ...above('client’s service time', client.serviceTime, handler, (seconds, overhead) => ({
    low: seconds - END_NOTED_SECONDS,
    high: (seconds + overhead) * (1 + CLIENT_RESOLUTION),
  })),
  ...above('client’s response time', client.responseTime, client.serviceTime, (seconds) => ({
    low: seconds * (1 - CLIENT_RESOLUTION),
    high: Number.POSITIVE_INFINITY,
  })),
]

const layoutChecks = (layout: LayoutEvidence, { injected, handler }: Evidence): Check[] => {
  const { name, estimates, bounds, buckets, within } = layout
  const shown = buckets.map(({ le }) => le).filter(Number.isFinite)
  const wrong = within.find(({ seconds, atLeast, atMost }) => {
    const count = buckets.find(({ le }) => le === seconds)?.count ?? Number.NaN
    return !(count >= atLeast && count <= atMost)
  })
  const wrongCount = buckets.find(({ le }) => le === wrong?.seconds)?.count
  return [
    {
      what: `${name} bounds`,
      found: differing(shown, bounds),
      allowed: differing(bounds, shown),
      passed: bounds.length > 0 && String(shown) === String(bounds),
    },
    {
      what: wrong ? `${name} bucket up to ${wrong.seconds} s` : `${name} buckets`,
      found: `${wrong ? (wrongCount ?? 'nothing') : 'right'}`,
      allowed: wrong ? `${wrong.atLeast} to ${wrong.atMost} requests` : 'right',
      passed: wrong === undefined,
    },
    ...levelNames.map((level) => {
      const { low } = bucketOf(injected[level] ?? 0, bounds)
      const { high } = bucketOf(handler[level] ?? 0, bounds)
      return {
        ...between(`${name} ${level}`, estimates[level], { low, high }),
        allowed: range({ low, high }),
      }
    }),
    // Sums of thousands of binary fractions differ in their last digits.
    between(`${name} mean`, estimates.mean, {
      low: (injected.mean ?? 0) * (1 - 1e-9),
      high: (handler.mean ?? 0) * (1 + 1e-9),
    }),
  ]
}

const equal = (what: string, found: number | null, allowed: number): Check => ({
  what,
  found: found === null ? 'no such series' : String(found),
  allowed: String(allowed),
  passed: found === allowed,
})

const between = (
  what: string,
  found: number | null,
  { low, high }: { low: number; high: number },
): Check => ({
  what,
  found: duration(found),
  allowed: Number.isFinite(high)
    ? `${duration(Math.max(0, low))} to ${duration(high)}`
    : `${duration(low)} or more`,
  passed: found !== null && found >= low && found <= high,
})

const above = (
  what: string,
  found: Statistics,
  base: Statistics,
  allowed: (seconds: number, overhead: number) => { low: number; high: number },
) =>
  statisticNames.map((name) =>
    between(
      `${what} ${name}`,
      found[name],
      allowed(base[name] ?? Number.NaN, OVERHEAD_SECONDS[name]),
    ),
  )

/** The bounds that one list has and the other lacks, for a message. */
const differing = (bounds: number[], others: number[]) => {
  const own = bounds.filter((bound) => !others.includes(bound))
  return own.length > 0 ? `${own.join(', ')} s` : 'none of these'
}
