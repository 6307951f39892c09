import { behindWords } from './examine.ts'
import type { Finding, Status } from './finding.ts'

/** Marks that tell the statuses apart without colour, and their SGR colours. */
const marks: Record<Status, { mark: string; color: number }> = {
  ok: { mark: '✓', color: 32 },
  waiting: { mark: '…', color: 33 },
  broken: { mark: '✗', color: 31 },
  unknown: { mark: '?', color: 90 },
}

const widest = 96

/**
 * The report for a person: the first hop that is not well with its evidence and what to do, then the others that are
 * broken by themselves, then a line for each hop.
 *
 * @param head what is not well first, if anything
 */
export function render(
  findings: readonly Finding[],
  head: Finding | null,
  { colored, columns = widest }: Looks,
): string {
  const width = Math.min(columns, widest)
  const others = findings.filter((each) => each !== head && each.status === 'broken')
  const mark = (status: Status) => paint(status, marks[status].mark, colored)
  const row = ({ status, title, what }: Finding) =>
    `  ${mark(status)} ${title.padEnd(15)}${wrap(what, 19, { width }).join(`\n${' '.repeat(19)}`)}`
  const behind = [...new Set(findings.filter(isBehind).map(({ what }) => what))]
  return [
    ...(head ? [complaints([head, ...others], { colored, columns }), ''] : []),
    ...findings.filter((each) => !isBehind(each)).map(row),
    ...behind.map((what) => {
      const titles = findings.filter((each) => each.what === what).map(({ title }) => title)
      return `  ${mark('unknown')} ${wrap(`${what} – ${titles.join(', ')}`, 4, { width }).join('\n    ')}`
    }),
  ].join('\n')
}

/** What is not well, each with its evidence and what to do, and an empty line between them. */
export function complaints(
  findings: readonly Finding[],
  { colored, columns = widest }: Looks,
): string {
  const width = Math.min(columns, widest)
  return findings
    .map(({ status, title, what, evidence, advice }) =>
      [
        `${paint(status, `${marks[status].mark} ${title}:`, colored)} ${wrap(what, 2, { width, first: title.length + 4 }).join('\n  ')}`,
        ...evidence.flatMap((text) => wrap(text, 4, { width }).map((line) => `    ${line}`)),
        ...(advice ? [`  → ${wrap(advice, 4, { width }).join('\n    ')}`] : []),
      ].join('\n'),
    )
    .join('\n\n')
}

export type Looks = {
  colored: boolean
  /** How wide the terminal is; more than 96 is not used. */
  columns?: number | undefined
}

const paint = (status: Status, text: string, colored: boolean) =>
  colored ? `\u001b[${marks[status].color}m${text}\u001b[0m` : text

/** Is it unknown for want of another hop? Such lines are one. */
const isBehind = ({ status, what }: Finding) => status === 'unknown' && what.startsWith(behindWords)

/** Breaks a text at spaces so that it fits beside an indentation; the first row may begin further right. */
function wrap(
  text: string,
  indent: number,
  { width, first = indent }: { width: number; first?: number },
): string[] {
  const rows: string[] = []
  let row = ''
  for (const word of text.split(' ')) {
    const room = width - (rows.length === 0 ? first : indent)
    if (row !== '' && row.length + 1 + word.length > room) {
      rows.push(row)
      row = word
    } else row = row === '' ? word : `${row} ${word}`
  }
  return [...rows, row]
}
