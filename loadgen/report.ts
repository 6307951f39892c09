import { drawDistribution } from './chart.ts'
import { findings, meaningOf } from './findings.ts'
import { destinations, headline } from './headline.ts'
import { type Paint, paintWith } from './paint.ts'
import { type Result, type RunRecord, resultOf } from './result.ts'
import { expectationTable, latencyTable, outcomeTable } from './tables.ts'
import { wrap } from './wrap.ts'

/** Longer lines are tiring to read; shorter ones than these the tables can't do with. */
const widest = 96
const narrowest = 44

export type Look = { colour: boolean; columns: number }

/**
 * A run for a reader, in some 50 lines of at most `columns` characters (44 at least, and but for the URL);
 * with colour, escape sequences are within.
 */
export function renderReport(run: RunRecord, look: Look): string {
  const { colour } = look
  const columns = Math.min(widest, Math.max(narrowest, look.columns))
  const paint = paintWith(colour)
  const result = resultOf(run)
  return `${[
    [
      ...destinations(run.options).map((line) => paint('bold', line)),
      ...wrap(headline(run), columns),
    ],
    outcomeTable(result, columns, paint),
    latencyTable(run.ledger, columns, paint),
    distribution(run, { colour, columns }, paint),
    findings(run).flatMap((sentence) => wrap(sentence, columns)),
    verdict(run, result, columns, paint),
    expectationTable(run.options.expect, result, columns, paint),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

const distribution = ({ ledger }: RunRecord, look: Look, paint: Paint): string[] => {
  const lines = drawDistribution(ledger, { ...look, columns: look.columns - 2 })
  if (lines.length === 0) return []
  return [
    paint('bold', '  How many took how long (logarithmic steps)'),
    ...lines.map((line) => `  ${line}`),
  ]
}

const verdict = (run: RunRecord, result: Result, columns: number, paint: Paint): string[] => {
  const { responseTime, verdict, reasons } = result
  const measured = responseTime.count > 0
  const colour = verdict === 'valid' && measured ? 'green' : 'yellow'
  return [
    ...(measured
      ? wrap(`Verdict: ${verdict}; ${meaningOf(run)}`, columns)
      : [
          `No answer, so nothing was measured.${reasons.length > 0 ? ` Verdict: ${verdict}.` : ''}`,
        ]),
    ...reasons.flatMap((reason) => wrap(`  - ${reason}`, columns, '    ')),
  ].map((line) => paint(colour, line))
}
