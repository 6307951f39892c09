import type { Evidence, LayoutEvidence } from './evidence.ts'
import { bucketAt } from './gained.ts'
import { duration, errorText, range, relativeError } from './quantity.ts'
import { levels, type Statistics, statisticNames } from './statistics.ts'

/** All that was found about one behaviour, as a table for a terminal of 100 columns. */
export function renderTable(evidence: Evidence): string {
  const { analytic, injected, handler, client } = evidence
  return [
    row('', statisticNames),
    times('analytic', analytic),
    times('injected', injected),
    times('handler', handler),
    times('client, service time', client.serviceTime),
    times('client, response time', client.responseTime),
    ...evidence.layouts.flatMap((layout) => ['', ...layoutRows(layout, injected)]),
    '',
    ...evidence.counts.map(({ layer, count }) => `  ${layer.padEnd(46)}${countText(count)}`),
  ].join('\n')
}

/** What was verified, in one line. */
export function renderTitle({ behaviour, requests, rate, seed }: Evidence): string {
  const parameters = Object.entries(behaviour.parameters).map(([name, value]) => `${name} ${value}`)
  return `${behaviour.name} (${parameters.join(', ')}): ${requests} requests, ${rate} a second, seed ${seed}`
}

const layoutRows = ({ name, estimates, buckets }: LayoutEvidence, injected: Statistics) => {
  const bucket = (statistic: keyof Statistics) => {
    const found = statistic === 'mean' ? null : bucketAt(levels[statistic], buckets)
    return found ? range(found) : ''
  }
  const error = (statistic: keyof Statistics) =>
    errorText(relativeError(estimates[statistic], injected[statistic]))
  return [
    times(`${name} buckets`, estimates),
    row('  bucket', statisticNames.map(bucket)),
    row('  error', statisticNames.map(error)),
  ]
}

const times = (label: string, statistics: Statistics | null) =>
  row(
    label,
    statisticNames.map((name) => duration(statistics?.[name] ?? null)),
  )

const row = (label: string, cells: string[]) =>
  `  ${label.padEnd(23)}${cells.map((cell) => cell.padStart(14)).join('')}`.trimEnd()

const countText = (count: number | null) => (count === null ? '—' : String(count)).padStart(8)
