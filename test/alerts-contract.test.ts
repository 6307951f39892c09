import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import {
  burnLimits,
  burnWindows,
  latencyLimitSeconds,
  slos,
} from '../grafana/dashboards/slo-queries.ts'
import { heldIncident, ordinary } from '../lab/incident.ts'
import { latenessBucketsUs } from '../loadgen/metric-buckets.ts'
import { bounds } from '../loadgen/verdict.ts'
import { type BehaviourName, behaviours, defaultsOf } from '../server/behaviours.ts'
import { bucketLayouts } from '../server/buckets.ts'
import { committedDashboards } from './panels.ts'
import { root } from './processes.ts'

// What the alerts' rules have in common with the server, the load generator, the dashboards and the documentation.

type Rule = {
  record?: string
  alert?: string
  expr: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

const read = (path: string) => readFileSync(join(root, path), 'utf8')
const rules: Rule[] = readdirSync(join(root, 'prometheus/rules')).flatMap((file) =>
  parse(read(`prometheus/rules/${file}`)).groups.flatMap((group: { rules: Rule[] }) => group.rules),
)
const alerts = rules.filter(({ alert }) => alert)
const config = parse(read('prometheus/prometheus.yml'))

const exprOf = (alert: string, severity?: string) => {
  const found = alerts.filter(
    (rule) => rule.alert === alert && (!severity || rule.labels?.severity === severity),
  )
  assert.equal(found.length, 1, `${alert} ${severity}`)
  return found[0]?.expr ?? ''
}

/** The windows of the error ratios, by their text: 20s, 1m … */
const ratios = rules.filter(({ record }) => record?.startsWith('job_slo:slo_errors_per_request:'))
const windowOf = ({ record = '' }: Rule) => record.replace(/^.*rate/, '')
const windows = [...new Set(ratios.map(windowOf))]
const seconds = (window: string) =>
  Number.parseFloat(window) * ({ s: 1, m: 60, h: 3600 }[window.at(-1) ?? ''] ?? Number.NaN)

const objectiveOf = (slo: string) => {
  const rule = rules.find(
    ({ record, labels }) => record === 'slo:objective:ratio' && labels?.slo === slo,
  )
  return Number(/^vector\((.*)\)$/.exec(rule?.expr ?? '')?.[1])
}

test('the limit of the latency objective is a bound of the histogram, and no whole number', () => {
  const limits = new Set(
    ratios.flatMap(({ expr }) =>
      [...expr.matchAll(/\ble="(.*?)"/g)].map((match) => match[1] ?? ''),
    ),
  )
  assert.deepEqual([...limits], [String(latencyLimitSeconds)])
  assert.ok(bucketLayouts.openTelemetry.includes(latencyLimitSeconds))
  assert.ok(!Number.isInteger(latencyLimitSeconds))
})

test('the error ratios of all windows are the same, but for the window', () => {
  for (const slo of ['availability', 'latency']) {
    const ofSlo = ratios.filter(({ labels }) => labels?.slo === slo)
    assert.deepEqual(ofSlo.map(windowOf), windows, slo)
    const shapes = ofSlo.map((rule) => rule.expr.replaceAll(`[${windowOf(rule)}]`, '[…]'))
    assert.equal(new Set(shapes).size, 1, slo)
  }
})

test('each window has a burn rate, of its own error ratio', () => {
  for (const window of windows) {
    const burn = rules.find(({ record }) => record === `job_slo:error_budget:burn_rate${window}`)
    assert.match(
      burn?.expr ?? '',
      new RegExp(`^job_slo:slo_errors_per_request:ratio_rate${window} `),
    )
  }
})

test('the shortest window has four scrapes', () => {
  const scrape = Number.parseFloat(config.global.scrape_interval)
  assert.ok(Math.min(...windows.map(seconds)) >= 4 * scrape)
})

// Chapter 5 of the SRE workbook, table 5-8: how much of the 30 days' budget is gone when the alert comes. Here the
// 30 days are 12 h.
for (const [severity, long, short, share] of [
  ['page', '1m', '20s', 0.02],
  ['page', '6m', '30s', 0.05],
  ['ticket', '72m', '6m', 0.1],
] as const) {
  test(`a ${severity} by ${long} and ${short} means that ${share * 100} % of the budget are gone`, () => {
    const expr = exprOf('ErrorBudgetBurn', severity)
    const pair = new RegExp(
      `:burn_rate${long} > ([\\d.]+) and job_slo:error_budget:burn_rate${short} > ([\\d.]+)(\\)|\\n|$)`,
    ).exec(expr)
    assert.equal(pair?.[1], pair?.[2])
    const factor = Number(pair?.[1])
    assert.ok(Object.values<number>(burnLimits).includes(factor), `${factor} is drawn`)
    assert.equal(Number(((factor * seconds(long)) / seconds('12h')).toFixed(9)), share)
  })
}

/** What share of a behaviour's requests is bad by each objective, by 100,000 draws at one instant. */
function badShares(name: BehaviourName, parameters: Record<string, number>, atSeconds: number) {
  let state = 1
  // A Lehmer generator, https://en.wikipedia.org/wiki/Lehmer_random_number_generator: the same draws each time.
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const draws = Array.from({ length: 100_000 }, () =>
    behaviours[name].draw(random, parameters, atSeconds),
  )
  const good = draws.filter(({ fails }) => !fails)
  return {
    availability: 1 - good.length / draws.length,
    latency: good.filter((draw) => draw.delaySeconds > latencyLimitSeconds).length / good.length,
  }
}
const burnOf = (shares: ReturnType<typeof badShares>) => ({
  availability: shares.availability / (1 - objectiveOf('availability')),
  latency: shares.latency / (1 - objectiveOf('latency')),
})

test('the ordinary lab burns nothing, with half a second to spare', () => {
  const { name, parameters } = ordinary
  assert.deepEqual(parameters, defaultsOf(name))
  assert.deepEqual(badShares(name, parameters, 0), { availability: 0, latency: 0 })
  assert.equal(parameters.max + 0.5, latencyLimitSeconds)
})

test('make incident burns both budgets far above the page’s limit, at once and for ever', () => {
  for (const atSeconds of [0, 239, 240, 1e6]) {
    const burn = burnOf(badShares('incident', heldIncident.parameters, atSeconds))
    assert.ok(Math.abs(burn.availability - 50) < 2, `${burn.availability}`)
    assert.ok(Math.abs(burn.latency - 58.3) < 1, `${burn.latency}`)
  }
})

test('the behaviour incident with its defaults is a page for availability while it lasts, and a ticket before', () => {
  const parameters = defaultsOf('incident')
  const during = burnOf(badShares('incident', parameters, 30))
  assert.ok(during.availability > 3 * burnLimits.fastPage)
  assert.equal(during.latency, 0)
  const before = burnOf(badShares('incident', parameters, 29))
  assert.ok(before.availability > burnLimits.ticket && before.availability < burnLimits.slowPage)
})

test('a slow scrape is one that takes half of its timeout', () => {
  const limit = /scrape_duration_seconds > ([\d.]+)/.exec(exprOf('ScrapeSlow'))?.[1]
  assert.equal(Number(limit), Number.parseFloat(config.global.scrape_timeout) / 2)
})

test('the load generator is limited where its own verdict says so, at a bound of its histogram', () => {
  const limit = Number(/\) > ([\d.]+)/.exec(exprOf('LoadGeneratorLimited'))?.[1])
  assert.equal(limit * 1000, bounds.latenessP99Ms)
  assert.ok(latenessBucketsUs.includes(limit * 1e6))
})

test('no alert is about the load generator being away', () => {
  assert.match(exprOf('TargetDown'), /job!="loadgen"/)
})

test('the dashboard draws the windows and counts up to the limit that the alerts have', () => {
  assert.deepEqual(
    [...burnWindows],
    windows.filter((window) => window !== '12h'),
  )
  assert.match(slos.goodShareShown.latency(), /le="2\.5"/)
  const text = read('grafana/provisioning/dashboards/slo.json')
  for (const slo of ['availability', 'latency']) {
    const percent = String(Number((objectiveOf(slo) * 100).toFixed(3)))
    assert.ok(text.includes(`${percent} % of the`), `${slo}: ${percent} %`)
  }
})

const uids = Object.values(committedDashboards()).map(({ uid }) => `/d/${uid}`)
const headings = read('docs/alerts.md')
  .split('\n')
  .filter((line) => line.startsWith('## '))
  .map(
    (line) =>
      `docs/alerts.md#${line
        .slice(3)
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-')}`,
  )

for (const { alert, labels, annotations } of alerts) {
  test(`${alert} ${labels?.severity} says what it is, what to do, and where to look`, () => {
    assert.ok(['page', 'ticket'].includes(labels?.severity ?? ''))
    assert.doesNotMatch(annotations?.summary ?? '{{', /\{\{/)
    assert.match(annotations?.description ?? '', /\{\{ \$labels|\{\{ \$value/)
    assert.equal(annotations?.runbook, `docs/alerts.md#${alert?.toLowerCase()}`)
    assert.ok(headings.includes(annotations?.runbook ?? ''), annotations?.runbook)
    assert.ok(uids.includes(annotations?.dashboard ?? ''), annotations?.dashboard)
  })
}
