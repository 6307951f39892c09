import type { Mutant } from './mutants.ts'

/** Fields that are taken for one another: the next one in the line. */
const otherField: Record<string, string> = {
  mean: 'p50',
  p99: 'p95',
  max: 'p99',
  min: 'p50',
  value: 'count',
}

const otherFunction: Record<string, string> = { sum: 'mean', mean: 'max', max: 'mean', min: 'max' }

const kinds: { pattern: RegExp; mistake: (text: string) => string }[] = [
  { pattern: /\b(sum|mean|max|min)(?=\("(?!total|count))/g, mistake: (f) => otherFunction[f] ?? f },
  { pattern: /(?<=\(")\w+(?="\))/g, mistake: (field) => otherField[field] ?? field },
  { pattern: /"mean" \* "count"/g, mistake: () => '"mean"' },
  { pattern: / \/ sum\("count"\)/g, mistake: () => '' },
  { pattern: / \/ sum\("count"\)/g, mistake: () => ' / count("count")' },
  { pattern: / AND \("route"[^)]*\)/g, mistake: () => '' },
  { pattern: /"route" = '\/' OR /g, mistake: () => '' },
  { pattern: / OR "route" = '\/images'/g, mistake: () => '' },
  { pattern: /time\(30s\)/g, mistake: () => 'time(3s)' },
  { pattern: /, "(route|status)"/g, mistake: () => '' },
  { pattern: /, "route"(?= fill)/g, mistake: () => ', "status"' },
  { pattern: /, "status"(?= fill)/g, mistake: () => ', "route"' },
]

/**
 * The mistakes that are easily made in a panel's InfluxQL, each on its own.
 *
 * @param query as it stands in the dashboard, with Grafana's macros
 */
export function influxMutantsOf(query: string): Mutant[] {
  return kinds.flatMap(({ pattern, mistake }) =>
    [...query.matchAll(pattern)].flatMap(({ 0: text, index }) => {
      const wrong = mistake(text)
      const expr = query.slice(0, index) + wrong + query.slice(index + text.length)
      return wrong === text ? [] : [{ name: `${text} → ${wrong}`, expr }]
    }),
  )
}
