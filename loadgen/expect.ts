import { formatLatency, parseDuration } from './duration.ts'
import type { Ledger } from './ledger.ts'
import { outcomes } from './ledger.ts'

/** What an expectation is about, and in which unit its limit and what is seen are. */
export type Measure =
  | {
      unit: 'seconds'
      time: 'responseTime' | 'serviceTime'
      /** A quantile from 0 to 1, or one of the exact figures. */
      statistic: number | 'mean' | 'min' | 'max'
    }
  | { unit: 'requests' | 'share'; count: CountName }
  | { unit: 'requests/s' | 'share'; rate: 'achieved' }

export type Expectation = {
  /** As it was given. */
  text: string
  measure: Measure
  operator: keyof typeof operators
  /** In seconds, requests, requests a second, or as a share from 0 to 1. */
  limit: number
}

/**
 * What became of an expectation; `seen` is in the unit of its limit. It is null where nothing was measured,
 * or where the requests without an answer leave nothing to be seen: `unanswered` is then their share, 0 to 1.
 */
export type Checked = {
  expectation: string
  passed: boolean
  seen: number | null
  unanswered: number | null
}

/** What an expectation is held against. */
export type Run = {
  ledger: Ledger
  /** Requests a second: what was sent, and what the schedule held; null where there is no such rate. */
  achieved: number | null
  scheduled: number | null
}

/**
 * Reads an expectation such as `p99<2.1s`, `service.mean<=80ms`, `errors<0.1%`, `achieved>=99%` or
 * `ok>=1000`, or says what is wrong with it, as the end of a sentence. Never throws.
 */
export function parseExpectation(text: string): Expectation | { mistake: string } {
  const parts = /^\s*([^\s<>=]+)\s*(<=|>=|<|>|=)\s*([^\s<>=](?:.*\S)?)\s*$/.exec(text)
  if (!parts) {
    return { mistake: 'must be a measure, one of < <= > >= =, and a limit, such as p99<2.1s' }
  }
  const [, name = '', operator, limitText = ''] = parts
  const family = familyOf(name)
  if (!family) return { mistake: `${name} is no measure; there are ${measureNames}` }
  const limit = parseLimit(limitText, family.units)
  if (!limit) {
    return {
      mistake: `the limit must be ${family.units.map((unit) => limits[unit]).join(', or ')}`,
    }
  }
  return {
    text,
    measure: { ...family.measure, unit: limit.unit } as Measure,
    operator: operator as Expectation['operator'],
    limit: limit.value,
  }
}

/**
 * Holds each expectation against a finished run. What was not measured fails: nothing is no proof. A request
 * without an answer took longer than any that has one, so that 2 % of those leave no 99th percentile.
 */
export function checkExpectations(expectations: readonly Expectation[], run: Run): Checked[] {
  return expectations.map(({ text, measure, operator, limit }) => {
    const value = measured(measure, run) ?? Number.NaN
    return {
      expectation: text,
      passed: operators[operator](value, limit),
      seen: Number.isFinite(value) ? value : null,
      unanswered:
        value === Number.POSITIVE_INFINITY ? run.ledger.unanswered / run.ledger.planned : null,
    }
  })
}

/** What was seen, for a reader: in the unit of the expectation. */
export function formatSeen({ measure }: Expectation, { seen, unanswered }: Checked): string {
  if (unanswered !== null) return `none, as ${percent(unanswered)} had no answer`
  if (seen === null) return 'nothing was measured'
  if (measure.unit === 'seconds') return formatLatency(seen * 1000)
  if (measure.unit === 'requests') return seen.toLocaleString('en-US')
  if (measure.unit === 'requests/s') return `${Number(seen.toPrecision(4))}/s`
  return percent(seen)
}

const percent = (share: number) => `${Number((share * 100).toPrecision(4))} %`

const countNames = ['planned', 'sent', 'errors', ...outcomes] as const

type CountName = (typeof countNames)[number]

const measureNames = `p50, p99.9 and any other quantile, mean, min, max (of the response time; service.p99 and so on for the service time), achieved, ${countNames.join(', ')}`

const operators = {
  '<': (seen: number, limit: number) => seen < limit,
  '<=': (seen: number, limit: number) => seen <= limit,
  '>': (seen: number, limit: number) => seen > limit,
  '>=': (seen: number, limit: number) => seen >= limit,
  '=': (seen: number, limit: number) => seen === limit,
}

type Unit = Measure['unit']

const limits = {
  seconds: 'a duration such as 500ms or 2.1s',
  share: 'a share such as 0.1%',
  requests: 'a whole number of requests',
  'requests/s': 'a rate such as 49.5/s',
} satisfies Record<Unit, string>

/** A measure but for its unit, which the limit decides. */
type Family = { measure: object; units: Unit[] }

const familyOf = (name: string): Family | null => {
  if (name === 'achieved') return { measure: { rate: name }, units: ['share', 'requests/s'] }
  const count = countNames.find((candidate) => candidate === name)
  if (count) return { measure: { count }, units: ['share', 'requests'] }
  const [, prefix, statisticName = ''] = /^(?:(response|service)\.)?(.*)$/.exec(name) ?? []
  const statistic = statisticOf(statisticName)
  if (statistic === null) return null
  const time = prefix === 'service' ? 'serviceTime' : 'responseTime'
  return { measure: { time, statistic }, units: ['seconds'] }
}

/** `p99.9`, or `p99_9` as the JSON result has it. */
const statisticOf = (name: string): number | 'mean' | 'min' | 'max' | null => {
  if (name === 'mean' || name === 'min' || name === 'max') return name
  const percent = /^p(\d+(?:[._]\d+)?)$/.exec(name)?.[1]?.replace('_', '.')
  return percent !== undefined && Number(percent) <= 100 ? hundredths(percent) : null
}

const parseLimit = (text: string, units: Unit[]): { unit: Unit; value: number } | null => {
  const number = /^(\d*\.?\d+) ?(?:%|\/s)$/.exec(text)?.[1] ?? 'none'
  const value = {
    seconds: (parseDuration(text) ?? Number.NaN) / 1000,
    share: text.endsWith('%') ? hundredths(number) : Number.NaN,
    requests: /^\d+$/.test(text) ? Number(text) : Number.NaN,
    'requests/s': text.endsWith('/s') ? Number(number) : Number.NaN,
  }
  const unit = units.find((candidate) => !Number.isNaN(value[candidate]))
  return unit ? { unit, value: value[unit] } : null
}

/** Of a decimal number; 0.7 / 100 would be a little less than 7 of 1000. */
const hundredths = (decimal: string) => Number(`${decimal}e-2`)

const measured = (measure: Measure, { ledger, achieved, scheduled }: Run): number | null => {
  if ('time' in measure) {
    return secondsOf(measure, ledger)
  }
  if ('rate' in measure) {
    if (measure.unit === 'requests/s') return achieved
    return achieved === null || scheduled === null ? null : achieved / scheduled
  }
  const count = countOf(measure.count, ledger)
  return measure.unit === 'requests' ? count : count / ledger.planned
}

/** Infinite where a request without an answer is what the statistic is about. */
const secondsOf = (measure: Measure & { unit: 'seconds' }, ledger: Ledger): number => {
  const { time, statistic } = measure
  const histogram = ledger[time]
  // What was never sent took nobody's service.
  const { unanswered, counts } = ledger
  const missing = time === 'responseTime' ? unanswered : unanswered - counts.neverSent
  if (histogram.count === 0 || statistic === 'min') return histogram.min / 1e6
  if (typeof statistic === 'string') {
    return missing > 0 ? Number.POSITIVE_INFINITY : histogram[statistic] / 1e6
  }
  // Among all, the requests without an answer are the slowest: the quantile of those that have one is further up.
  const among = (statistic * (histogram.count + missing)) / histogram.count
  return among > 1 + 1e-12 ? Number.POSITIVE_INFINITY : histogram.quantile(Math.min(1, among)) / 1e6
}

/** An error is whatever was planned and had no good answer. */
const countOf = (name: CountName, ledger: Ledger): number => {
  if (name === 'planned') return ledger.planned
  if (name === 'sent') return ledger.sentCount
  if (name === 'errors') return ledger.planned - ledger.counts.ok
  return ledger.counts[name]
}
