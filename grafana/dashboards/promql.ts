import { parser } from '@prometheus-io/lezer-promql'

/** What a query says, as far as the lint wants to know. */
export type QueryFacts = {
  /** The text at the first place that is no PromQL, if there is one. */
  syntaxError?: string
  metrics: string[]
  /** What stands in square brackets: `$__rate_interval`, or a fixed `5m`. */
  windows: string[]
  /** The values that `le` is compared with, one for each alternative of a regular expression. */
  bounds: string[]
}

/**
 * Reads a query as it stands in a dashboard, Grafana's variables included. It is about grammar alone:
 * `rate(x)` passes, though rate needs a range. A running Prometheus is the judge of the rest.
 */
export function readQuery(expr: string): QueryFacts {
  const facts: QueryFacts = { metrics: [], windows: [], bounds: [] }
  const text = withoutVariables(expr)
  parser.parse(text).iterate({
    enter(node) {
      const original = expr.slice(node.from, node.to)
      if (node.type.isError) facts.syntaxError ??= expr.slice(node.from, node.from + 20)
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier')
        const written = name ? expr.slice(name.from, name.to) : ''
        // A variable may be a number as well.
        if (written && !written.startsWith('$')) facts.metrics.push(written)
      }
      const isWindow = ['MatrixSelector', 'SubqueryExpr'].includes(node.node.parent?.name ?? '')
      if (isWindow && node.name === 'DurationExpr') {
        facts.windows.push(original.trim())
      }
      if (node.name === 'UnquotedLabelMatcher' && /^le\b/.test(original)) {
        const value = original.replace(/^le\s*[=!~]+\s*/, '').slice(1, -1)
        facts.bounds.push(...value.split('|'))
      }
    },
  })
  return facts
}

/**
 * Puts something that parses in the place of each variable, of the same length, so that positions still
 * hold: a duration for Grafana's own (its number means nothing), a word for ours.
 */
const withoutVariables = (expr: string) =>
  expr.replace(/\$(?:\{(\w+)(?::\w+)?\}|(\w+))/g, (variable, braced, bare) =>
    (braced ?? bare).startsWith('__')
      ? `${'1'.repeat(variable.length - 1)}m`
      : 'x'.repeat(variable.length),
  )
