import { type Expected, shows, shows1, type Table, type Tolerance } from './expectation.ts'
import { timesZero } from './requests.ts'
import type { Request, Run } from './run.ts'
import { ended, exact, isDelayed, isError } from './sources.ts'

type Slo = 'availability' | 'latency'

const objectives = { availability: 0.999, latency: 0.99 }

const allowed = (slo: Slo) => 1 - objectives[slo]

/** The share of bad requests: answered with a 5xx, or, of the others, slower than 2.5 s. */
function badShare(slo: Slo, requests: Request[]): number {
  const about = requests.filter((r) => isDelayed(r) && (slo === 'availability' || !isError(r)))
  const bad = about.filter((r) => (slo === 'availability' ? isError(r) : r.seconds > 2.5))
  return bad.length / about.length
}

/** All windows of a minute and more hold the whole run. */
const ofRun = (slo: Slo, run: Run) => badShare(slo, ended(run))

/** In the middle of the load. Rules run each 5 s, at times of their own: a window holds one of these shares. */
function inWindow(slo: Slo, run: Run, seconds: number): [number, number] {
  const shares = []
  for (let at = run.middle - 5; at <= run.middle; at += 0.25) {
    const scrapes = run.recorded.httpserver.scrapes.filter((s) => s.at > at - seconds && s.at <= at)
    const requests = ended(run, isDelayed, [scrapes[0]?.at ?? at, scrapes.at(-1)?.at ?? at])
    if (requests.length > 0) shares.push(badShare(slo, requests))
  }
  return [Math.min(...shares), Math.max(...shares)]
}

const aboutShare: Tolerance = {
  relative: 0.02,
  absolute: 1e-9,
  because: 'a series that begins near zero is extended less than others beyond its first scrape',
}

const aboutGood: Tolerance = { absolute: 0.002, because: `${aboutShare.because}, and it is near 1` }

const aboutBurn: Tolerance = {
  relative: 0.1,
  absolute: 1e-9,
  because: 'errors that began shortly before the window are extended by less than all requests are',
}

/** What would be pending is in no series. */
const nonePending = (...names: string[]) => ({
  survivors: Object.fromEntries(names.map((name) => [name, 'none is pending at the end'])),
})

/** The others are few: aborted ones and errors. */
const sameRequests = {
  survivors: Object.fromEntries(
    ['', ' (again)'].map((which) => [
      `http_server_request_duration_seconds → lab_request_duration_seconds${which}`,
      'nearly the same requests, and the bound is in both layouts',
    ]),
  ),
}

const windows = { '20s': 20, '30s': 30, '1m': 60, '6m': 360, '72m': 4320 }

const burnRate = (slo: Slo, window: keyof typeof windows) => {
  const name = `job_slo:error_budget:burn_rate${window}`
  const other = `job_slo:error_budget:burn_rate${window === '20s' ? '1m' : '20s'}`
  const burn = (run: Run): Expected => {
    const [low, high] = inWindow(slo, run, windows[window])
    return [low / allowed(slo), high / allowed(slo)]
  }
  return shows1(window, burn, aboutBurn, {
    at: 'middle',
    survivors: {
      '$__rate_interval → $__tenth_rate_interval':
        'the last value may be in the shorter window, too',
      [`${name} → ${other}`]: 'errors come at random, at an even rate',
    },
  })
}

const order = ['20s', '1m', '30s', '6m', '72m'] as const

const burnRates = (slo: Slo) =>
  Object.fromEntries(order.map((window, index) => ['ABCDE'.charAt(index), burnRate(slo, window)]))

/** What the dashboard *Objectives and alerts* must show: by the access log, and by what the alerts are for. */
export const slo: Table = {
  Objectives: { A: shows(() => objectives, exact) },
  'Good in the last minute': {
    A: shows(
      (run) => ({
        availability: 1 - ofRun('availability', run),
        latency: 1 - ofRun('latency', run),
      }),
      aboutShare,
    ),
  },
  'Good in the time shown': {
    A: shows1(
      'availability',
      (run) => 1 - ofRun('availability', run),
      aboutGood,
      timesZero('$__range', 'another value in http_route=~"/|/images" (again)'),
    ),
    B: shows1('latency', (run) => 1 - ofRun('latency', run), aboutGood, sameRequests),
  },
  'Error budget left': {
    A: shows(
      (run) => ({
        availability: 1 - ofRun('availability', run) / allowed('availability'),
        latency: 1 - ofRun('latency', run) / allowed('latency'),
      }),
      aboutShare,
    ),
  },
  // One in ten failed: 100 times the budget. Some were slow at the beginning: twice the budget, no page.
  'Alerts firing': {
    A: shows1('firing', () => 3, exact, nonePending('alertstate="firing" dropped')),
  },
  Alerts: {
    A: shows(
      () => ({
        'ErrorBudgetBurn availability page httpserver': 2,
        'ErrorBudgetBurn availability ticket httpserver': 2,
        'ErrorBudgetBurn latency ticket httpserver': 2,
      }),
      exact,
      nonePending('ALERTS → ALERTS_FOR_STATE', 'another value in alertstate="pending"'),
    ),
  },
  'Burn rate: availability': burnRates('availability'),
  'Burn rate: latency': burnRates('latency'),
  'Answered with a 5xx': {
    A: shows1('httpserver', (run) => ofRun('availability', run), aboutShare),
    B: shows1('allowed', () => allowed('availability'), exact),
  },
  'Slower than 2.5 s': {
    A: shows1('httpserver', (run) => ofRun('latency', run), aboutShare),
    B: shows1('allowed', () => allowed('latency'), exact),
  },
}
