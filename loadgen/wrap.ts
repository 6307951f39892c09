/**
 * Breaks a text between words into lines of at most `columns` characters; a longer word has a line of its
 * own, and a number stays with its unit. The lines after the first begin with `indent`, which counts.
 */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const [lead = ''] = /^ */.exec(text) ?? []
  const [first = '', ...rest] = text.trim().split(breaks)
  const lines: string[] = []
  let line = lead + first
  for (const word of rest) {
    if (line.length + 1 + word.length <= columns) line += ` ${word}`
    else {
      lines.push(line)
      line = indent + word
    }
  }
  return [...lines, line]
}

/** Spaces, but not those before a unit, and not those between a name and its value. */
const breaks = /(?<!:) +(?!(?:µs|ms|s|%)(?!\w))/
