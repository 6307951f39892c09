/**
 * PromQL of the dashboard about objectives. The objectives, the error ratios and the burn rates are recorded by
 * Prometheus (prometheus/rules/slo.yaml), so that what is drawn is what the alerts decide by.
 */

export type Slo = 'availability' | 'latency'

/** The limit of the latency objective, in seconds: the bound that the rules count up to. */
export const latencyLimitSeconds = 2.5

/** The routes that have objectives. */
const routes = 'http_route=~"/|/images"'

/** The windows of the burn rates: the alerts compare a long one and a short one. */
export const burnWindows = ['20s', '30s', '1m', '6m', '72m'] as const

export type BurnWindow = (typeof burnWindows)[number]

/** From which burn rates on there is an alert. */
export const burnLimits = { ticket: 1, slowPage: 6, fastPage: 14.4 } as const

export const slos = {
  /** The share of requests that must be good, 0 to 1. */
  objective: () => 'max by (slo) (slo:objective:ratio)',

  /** The share that may be bad, 0 to 1. */
  allowed: (slo: Slo) => `1 - max(slo:objective:ratio{slo="${slo}"})`,

  /** The share of the last minute's requests that was bad, 0 to 1. */
  badShare: (slo: Slo) => `job_slo:slo_errors_per_request:ratio_rate1m{slo="${slo}"}`,

  /** The share of the last minute's requests that was good, 0 to 1. */
  goodShareNow: () => '1 - job_slo:slo_errors_per_request:ratio_rate1m',

  /** The share of good requests in the time shown, 0 to 1; absent without any. */
  goodShareShown: {
    availability: () => `1
-
(${rate('count', '5xx')} or 0 * ${rate('count')})
/
(${rate('count')} > 0)`,
    latency: () => `${rate('bucket', 'no 5xx', `le="${latencyLimitSeconds}"`)}
/
(${rate('count', 'no 5xx')} > 0)`,
  } satisfies Record<Slo, () => string>,

  /** What is left of the budget of the last 12 h: 1 is all, 0 nothing, less is overspent. */
  budgetLeft: () => 'job_slo:error_budget:remaining_ratio12h',

  /** The last that was recorded, for as long as rates elsewhere look back: a short window forgets a run at once. */
  burnRate: (slo: Slo, window: BurnWindow) =>
    `last_over_time(job_slo:error_budget:burn_rate${window}{slo="${slo}"}[$__rate_interval])`,
}

export const alerts = {
  /** How many fire; 0 where none does. */
  firing: () => 'count(ALERTS{alertstate="firing"}) or vector(0)',

  /** Each alert that is known: 1 pending, 2 firing. Where there is none, one that is called "no alert", of 0. */
  states: () =>
    `max by (alertname, slo, severity, job) (
  ALERTS{alertstate="pending"} or 2 * ALERTS{alertstate="firing"}
)
or
(label_replace(vector(0), "alertname", "no alert", "", "") unless on () ALERTS)`,
}

const selectors = {
  all: [],
  '5xx': ['http_response_status_code=~"5.."'],
  'no 5xx': ['http_response_status_code!~"5.."'],
}

const rate = (
  part: 'count' | 'bucket',
  which: keyof typeof selectors = 'all',
  ...more: string[]
) => {
  const selector = [routes, ...selectors[which], ...more].join(', ')
  return `sum by (job) (rate(http_server_request_duration_seconds_${part}{${selector}}[$__range]))`
}
