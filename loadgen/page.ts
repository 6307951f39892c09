import { formatLatency } from './duration.ts'
import { escapeHtml, escapeJson } from './escape.ts'
import { type Expectation, formatSeen } from './expect.ts'
import { findings, meaningOf } from './findings.ts'
import { headline } from './headline.ts'
import type { Histogram } from './histogram.ts'
import { outcomes } from './ledger.ts'
import type { PageAssets } from './page-assets.ts'
import { pageData } from './page-data.ts'
import { formatCount, formatShare } from './quantity.ts'
import { quantiles, type Result, type RunRecord, resultOf } from './result.ts'
import { outcomeDetail, outcomeNames } from './tables.ts'
import type { TimeSeries } from './time-series.ts'

/**
 * A run as one HTML page that needs nothing else: styles, scripts and figures are within, and its policy
 * lets it ask no host for anything. Without scripts the charts are missing, and the tables are there.
 */
export function renderPage(run: RunRecord, series: TimeSeries, assets: PageAssets): string {
  const result = resultOf(run)
  const { href } = run.options.url
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeHtml(`Load on ${href}`)}</title>
<!-- uPlot, which draws the charts:
${assets.licence}
-->
<style>${assets.styles}</style>
</head>
<body>
<header>
<h1>${escapeHtml(href)}</h1>
<p class="muted">${escapeHtml(`${startOf(run)}, ${headline(run)}`)}</p>
</header>
<main class="cards">
${verdictCard(run, result)}
${accountCard(result)}
${timesCard(run)}
${chartCard('latency', 'Latency over time', `Of the answers that came in each ${stretch(series)}; after the last request was sent, only the slow ones are still to come.`, true)}
${chartCard('rate', 'Rate and errors over time', `Requests a second that the schedule held, that were sent, and that had no good answer, in each ${stretch(series)}.`, true)}
${chartCard('distribution', 'How many took how long', 'The share of all answers in each step of a logarithmic axis.')}
${chartCard('percentiles', 'By percentile', 'How long all but one in 10, 100, 1,000 … took at most.')}
${optionsCard(result)}
</main>
<script type="application/json" id="figures">${escapeJson(pageData(run, series))}</script>
<script>${assets.script}</script>
</body>
</html>
`
}

/** Nothing from anywhere: https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy */
const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"

const startOf = ({ startedAt }: RunRecord) =>
  `${startedAt.toISOString().replace('T', ' ').slice(0, 19)} UTC`

const stretch = ({ slotSeconds }: TimeSeries) =>
  slotSeconds === 1 ? 'second' : `${slotSeconds} seconds`

const verdictCard = (run: RunRecord, result: Result) => {
  const { verdict, reasons, responseTime } = result
  const words =
    responseTime.count === 0
      ? '<p class="bad"><strong>No answer</strong>, so nothing was measured.</p>'
      : `<p><strong class="${verdict === 'valid' ? 'good' : 'warn'}">${escapeHtml(verdict)}</strong>; ${escapeHtml(meaningOf(run))}</p>`
  const list = (items: string[]) =>
    items.length === 0
      ? ''
      : `<ul>${items.map((item) => `<li>${escapeHtml(unbroken(item))}</li>`).join('')}</ul>`
  return card('Verdict', words + list(reasons) + list(findings(run)) + expectations(run, result))
}

const expectations = ({ options }: RunRecord, result: Result) => {
  const rows = result.expectations.map((checked, index) => {
    const { expectation, passed } = checked
    const mark = passed ? '<td class="good">holds</td>' : '<td class="bad">failed</td>'
    const value = formatSeen(options.expect[index] as Expectation, checked)
    return `<tr><td>${escapeHtml(expectation)}</td>${mark}<td class="text">${escapeHtml(value)}</td></tr>`
  })
  if (rows.length === 0) return ''
  return `<table><tr><th>expectation</th><th></th><th>seen</th></tr>${rows.join('')}</table>`
}

/** A number and its unit stay on one line. */
const unbroken = (text: string) => text.replace(/ (?=(?:µs|ms|s|%)(?!\w))/g, '\u00a0')

const accountCard = (result: Result) => {
  const rows = outcomes.map((outcome) => {
    const count = result[outcome]
    const detail = outcomeDetail(outcome, result)
    const kind = count === 0 ? ' class="none"' : outcome === 'ok' ? '' : ' class="bad"'
    return `<tr${kind}><td>${outcomeNames[outcome]}</td><td>${formatCount(count)}</td><td>${escapeHtml(formatShare(count, result.planned))}</td><td class="text">${escapeHtml(detail)}</td></tr>`
  })
  const planned = `<tr><td>planned</td><td>${formatCount(result.planned)}</td><td></td><td></td></tr>`
  return card('What became of the requests', scroll(`<table>${planned}${rows.join('')}</table>`))
}

const timesCard = ({ ledger }: RunRecord) => {
  const { responseTime, serviceTime, lateness } = ledger
  const row = (name: string, value: (histogram: Histogram) => number) =>
    `<tr><td>${name}</td>${[responseTime, serviceTime, lateness]
      .map((histogram) => `<td>${formatLatency(value(histogram) / 1000)}</td>`)
      .join('')}</tr>`
  const rows = [
    row('min', (histogram) => histogram.min),
    ...Object.entries(quantiles).map(([name, q]) =>
      row(name.replace('_', '.'), (histogram) => histogram.quantile(q)),
    ),
    row('max', (histogram) => histogram.max),
    row('mean', (histogram) => histogram.mean),
  ]
  const head =
    '<tr><th></th><th>response time</th><th>service time</th><th>lateness</th></tr>' +
    '<tr class="none"><td></td><td>since due</td><td>since sent</td><td>due to sent</td></tr>'
  return card('Times', scroll(`<table>${head}${rows.join('')}</table>`))
}

const chartCard = (id: string, title: string, words: string, wide = false) =>
  card(
    title,
    `<p class="muted">${escapeHtml(words)}</p><div class="chart" id="${id}"></div>`,
    wide ? ' wide' : '',
  )

const optionsCard = ({ options }: Result) => {
  const rows = Object.entries(options).map(
    ([name, value]) =>
      `<tr><td>${escapeHtml(name)}</td><td class="text">${escapeHtml(String(value ?? '–'))}</td></tr>`,
  )
  return card('Options', `<table>${rows.join('')}</table>`)
}

const card = (title: string, content: string, kind = '') =>
  `<section class="card${kind}"><h2>${title}</h2>${content}</section>`

/** A table that may be wider than a narrow screen. */
const scroll = (table: string) => `<div class="scroll">${table}</div>`
