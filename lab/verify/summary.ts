import type { LayoutEvidence } from './evidence.ts'
import { duration, errorText, relativeError } from './quantity.ts'
import { statisticNames } from './statistics.ts'
import type { Verification } from './verify.ts'
import { worstError } from './words.ts'

/** All behaviours in one table for a terminal: equal counts, the worst error of each layout, and passed. */
export function renderSummary(all: Verification[]): string {
  const head = ['behaviour', 'counts', ...(all[0]?.evidence.layouts ?? []).map(({ name }) => name)]
  const rows = all.map(({ evidence, checks }) => [
    evidence.behaviour.name,
    countsOf(evidence.counts),
    ...evidence.layouts.map((layout) => worstOf(layout, evidence.injected)),
    checks.every(({ passed }) => passed) ? 'yes' : 'NO',
  ])
  const line = (cells: string[]) =>
    `  ${cells.map((cell, i) => cell.padEnd(i === 1 ? 22 : i < 2 ? 12 : 16)).join('')}`.trimEnd()
  return [
    'Each behaviour, and the quantile that each bucket layout is most wrong about:',
    '',
    ...[[...head, 'passed'], ...rows].map(line),
  ].join('\n')
}

/** The errors by behaviour, layout and statistic as a Markdown table, with what was measured how. */
export function renderMarkdown(all: Verification[]): string {
  const row = (cells: string[]) => `| ${cells.join(' | ')} |`
  const { requests = 0, rate = 0, seed = 0 } = all[0]?.evidence ?? {}
  const body = all.flatMap(({ evidence: { behaviour, injected, layouts } }) => [
    row([
      `\`${behaviour.name}\``,
      'injected',
      ...statisticNames.map((name) => duration(injected[name])),
    ]),
    ...layouts.map(({ name: layout, estimates }) =>
      row([
        '',
        layout,
        ...statisticNames.map((name) => errorText(relativeError(estimates[name], injected[name]))),
      ]),
    ),
  ])
  return [
    `${requests} requests to each behaviour, ${rate} a second, seed ${seed}:`,
    '',
    row(['behaviour', 'layout', ...statisticNames]),
    row(['---', '---', ...statisticNames.map(() => '---:')]),
    ...body,
    '',
  ].join('\n')
}

const marks = { begin: '<!-- verify -->', end: '<!-- /verify -->' }

/** Puts the table between the two marks of a text that has them; without them the table is all. */
export function insertMarkdown(text: string, table: string): string {
  const [before, rest] = text.split(`${marks.begin}\n`)
  const after = rest?.split(marks.end)[1]
  if (after === undefined) return table
  return `${before}${marks.begin}\n${table}${marks.end}${after}`
}

const countsOf = (counts: { count: number | null }[]) => {
  const there = counts.flatMap(({ count }) => (count === null ? [] : [count]))
  const [least, most] = [Math.min(...there), Math.max(...there)]
  return least === most ? `equal: ${least}` : `NOT equal: ${least}–${most}`
}

const worstOf = ({ estimates }: LayoutEvidence, injected: Parameters<typeof worstError>[1]) => {
  const worst = worstError(estimates, injected)
  return worst ? `${worst.level} ${errorText(worst.error)}` : '—'
}
