/** The first line that is not the text format for metrics: its number from 1, the line, and why. */
export type BadLine = { line: number; text: string; why: string }

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const quoted = '"(?:[^"\\\\]|\\\\.)*"'
const label = `(?:${name}|${quoted})\\s*=\\s*${quoted}`
const labels = `\\{\\s*(?:${quoted}\\s*,?\\s*)?(?:${label}\\s*(?:,\\s*${label}\\s*)*)?,?\\s*\\}`
const series = new RegExp(`^(?:${name}\\s*(?:${labels})?|${labels})(?!\\{)\\s*(.*)$`)
const number = /^[+-]?(?:inf(?:inity)?|nan|0x[\da-f.p+-]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i
const types = /^(?:counter|gauge|histogram|summary|untyped|unknown|info|stateset|gaugehistogram)$/

/**
 * Finds what is not the text format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/), as a person would look for it: Prometheus names the
 * text, and not the line.
 */
export function badLineOf(body: string): BadLine | undefined {
  for (const [index, text] of body.split('\n').entries()) {
    const why = whyBad(text.trim())
    if (why) return { line: index + 1, text: text.slice(0, 80), why }
  }
  return undefined
}

function whyBad(line: string): string | undefined {
  if (line === '') return undefined
  if (line.startsWith('#')) {
    const [, type] = /^#\s+TYPE\s+\S+\s+(\S*)/.exec(line) ?? []
    return type !== undefined && !types.test(type) ? `there is no type “${type}”` : undefined
  }
  const [, rest] = series.exec(line) ?? []
  if (rest === undefined) return 'it is not a name with labels in {name="value",…}'
  const [value = '', timestamp, ...more] = rest.split(/\s+/)
  if (value === '') return 'it has no value'
  if (!number.test(value)) return `“${value}” is not a number`
  if (timestamp !== undefined && !/^-?\d+$/.test(timestamp))
    return `“${timestamp}” is not a time in milliseconds`
  return more.length > 0 ? 'it goes on after value and time' : undefined
}
