import { behindWords } from './examine.ts'
import type { Finding, Status } from './finding.ts'

/** Marks that tell the statuses apart without colour, and their SGR colours. */
const marks: Record<Status, { mark: string; color: number }> = {
  ok: { mark: '✓', color: 32 },
  waiting: { mark: '…', color: 33 },
  broken: { mark: '✗', color: 31 },
  unknown: { mark: '?', color: 90 },
}

const columns = 96

/**
 * The report for a person: the first hop that is not well with its evidence and what to do, then the others that are
 * broken by themselves, then a line for each hop.
 *
 * @param head what is not well first, if anything
 */
export function render(
  findings: readonly Finding[],
  head: Finding | null,
  { colored }: { colored: boolean },
): string {
  const paint = (status: Status, text: string) =>
    colored ? `\u001b[${marks[status].color}m${text}\u001b[0m` : text
  const complaint = ({ status, title, what, evidence, advice }: Finding) => [
    paint(status, `${marks[status].mark} ${title}: `) + wrap(what, 4, title.length + 4).join('\n'),
    ...evidence.flatMap((line) => wrap(line, 4).map((row) => `    ${row}`)),
    ...(advice ? wrap(advice, 7).map((row, n) => `  ${n === 0 ? '→ ' : '  '}${row}`) : []),
  ]
  const others = findings.filter((each) => each !== head && each.status === 'broken')
  const line = ({ status, title, what }: Finding) =>
    `  ${paint(status, marks[status].mark)} ${title.padEnd(15)}${wrap(what, 19).join(`\n${' '.repeat(19)}`)}`
  return [
    ...(head ? [...complaint(head), ''] : []),
    ...others.flatMap((each) => [...complaint(each), '']),
    ...findings.filter((each) => !isBehind(each)).map(line),
    ...[...new Set(findings.filter(isBehind).map(({ what }) => what))].map((what) => {
      const titles = findings.filter((each) => each.what === what).map(({ title }) => title)
      return `  ${paint('unknown', marks.unknown.mark)} ${wrap(`${what} – ${titles.join(', ')}`, 4).join('\n    ')}`
    }),
  ].join('\n')
}

/** Is it unknown for want of another hop? Such lines are one. */
const isBehind = ({ status, what }: Finding) => status === 'unknown' && what.startsWith(behindWords)

/** Breaks a text at spaces so that it fits beside an indentation; the first row may begin further right. */
function wrap(text: string, indent: number, first = indent): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    const room = columns - (rows.length === 0 ? first : indent)
    if (row !== '' && row.length + 1 + word.length > room) {
      rows.push(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  return [...rows, row]
}
