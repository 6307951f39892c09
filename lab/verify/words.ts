import type { Evidence, LayoutEvidence } from './evidence.ts'
import { bucketAt } from './gained.ts'
import { STANDARD_ERRORS } from './interval.ts'
import { duration, errorText, range, relativeError } from './quantity.ts'
import { type Level, levelNames, levels, type Statistics, statisticNames } from './statistics.ts'

/** An error below this is what one hopes for from a histogram. */
const SMALL = 0.05

/** What the table shows, in words: one entry a thought. */
export function explain(evidence: Evidence): string[] {
  return [
    ...evidence.layouts.flatMap((layout) => aboutLayout(layout, evidence)),
    'The means come from _sum and _count, not from buckets: they are exact in every layout.',
    aboutSample(evidence),
    aboutHandler(evidence),
    aboutClient(evidence),
    ...aboutTrouble(evidence),
  ]
}

/** The quantile that a layout is most wrong about, and by how much; null when it has none. */
export function worstError(
  estimates: Statistics,
  injected: Statistics,
): { level: Level; error: number } | null {
  const errors = levelNames.flatMap((level) => {
    const error = relativeError(estimates[level], injected[level])
    return error === null ? [] : [{ level, error }]
  })
  return errors.toSorted((a, b) => Math.abs(b.error) - Math.abs(a.error))[0] ?? null
}

const aboutLayout = ({ name, estimates, buckets }: LayoutEvidence, evidence: Evidence) => {
  const { injected, longestSeconds } = evidence
  const worst = worstError(estimates, injected)
  if (!worst) return [`Prometheus has nothing of the ${name} buckets.`]
  const { level, error } = worst
  if (Math.abs(error) < SMALL) {
    return [`The ${name} buckets fit: no quantile is off by more than ${share(error)} (${level}).`]
  }
  const estimate = estimates[level] ?? 0
  const bucket = bucketAt(levels[level], buckets)
  if (!bucket) return []
  const puts = `The ${name} buckets put ${level} at ${duration(estimate)}`
  if (!Number.isFinite(bucket.high)) {
    return [
      `${puts}, which is their highest bound: ${level} is above it, at ${duration(injected[level])}, and they can't say where.`,
    ]
  }
  const truth = injected[level] ?? 0
  if (truth <= bucket.low) {
    return [
      `${puts}, ${share(error)} above the ${duration(truth)} that was injected: that is at a bound, and the little that the handler adds puts it into the bucket ${range(bucket)}.`,
    ]
  }
  if (estimate > longestSeconds * (1 + SMALL)) {
    return [
      `${puts} for a server that never took longer than ${duration(longestSeconds)}: the bucket ${range(bucket)} is too wide.`,
    ]
  }
  const side = error > 0 ? 'above' : 'below'
  return [
    `${puts}, ${share(error)} ${side} the ${duration(truth)} that was injected: within the bucket ${range(bucket)} they can only guess, along a straight line.`,
  ]
}

const aboutSample = ({ behaviour, analytic, expected, injected, counts }: Evidence) => {
  if (!analytic || !expected) {
    return `There is no analytic value: ${behaviour.name} changes with time and has no closed form. All else is checked against the delays injected.`
  }
  const { name, by } = furthest(injected, analytic)
  const { low, high } = expected[name]
  if (by < 0.0005) return 'Analytic and injected agree: nothing here is left to chance.'
  const n = counts[1]?.count ?? 0
  return `Analytic and injected differ by up to ${duration(by)} (${name}), because ${n} requests are a sample: ${STANDARD_ERRORS} standard errors around it are ${duration(Math.max(0, low))} to ${duration(high)}${high > 3 * low ? ', for it falls where few requests are' : ''}.`
}

const aboutHandler = ({ handler, injected, worstExcessesSeconds }: Evidence) => {
  const { name, by } = furthest(handler, injected)
  return `The handler takes up to ${duration(by)} longer than injected (${name}; the worst single request ${duration(worstExcessesSeconds[0] ?? null)}): a timer wakes after its time, never before it, and the answer has to be written.`
}

const aboutClient = ({ client, handler }: Evidence) => {
  const service = furthest(client.serviceTime, handler)
  const response = furthest(client.responseTime, client.serviceTime)
  return `The client sees up to ${duration(service.by)} more than the handler (${service.name}): the way there and back, and reading the answer. Its response time counts from when a request was due, not sent: up to ${duration(response.by)} more (${response.name}).`
}

const aboutTrouble = ({ client, counts }: Evidence) => {
  const { reasons = [], statusCodes } = client
  const busy = statusCodes['503'] ?? 0
  const silent = counts.some(({ layer, count }) => layer.startsWith('access') && count === null)
  return [
    ...reasons.map((reason) => `The load generator itself was the bottleneck: ${reason}.`),
    ...(busy > 0
      ? [
          `${busy} answers were 503: all places were taken and the queue was full. Verify wants a server without CONCURRENCY.`,
        ]
      : []),
    ...(silent ? ['The access log is off (LOG_LEVEL), so its lines are not compared.'] : []),
  ]
}

/** Where two rows differ most, and by how much in seconds. */
const furthest = (row: Statistics, base: Statistics) =>
  statisticNames
    .map((name) => ({ name, by: Math.abs((row[name] ?? 0) - (base[name] ?? 0)) }))
    .reduce((most, each) => (each.by > most.by ? each : most))

const share = (error: number) => errorText(Math.abs(error)).replace(/^[+±]/, '')
