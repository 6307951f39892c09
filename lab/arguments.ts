import { parseArgs } from 'node:util'

export type Known = {
  /** Each option that takes a value, and which values, as the end of a sentence "must be …". */
  allowed: Record<string, string>
  /** Each option that takes none; `-h` is short for `help` where there is that one. */
  flags: string[]
  /** Are words that belong to no option taken as they are? Otherwise each is a mistake. */
  words?: boolean
}

/**
 * Takes arguments apart: each option's text, empty for a flag, and a mistake for each argument that is none of
 * these. Of an option given twice the last holds.
 */
export function splitArguments(
  args: readonly string[],
  { allowed, flags, words: wordsAllowed = false }: Known,
): { values: Map<string, string>; words: string[]; mistakes: string[] } {
  const words: string[] = []
  const values = new Map<string, string>()
  const mistakes: string[] = []
  const valued = Object.keys(allowed).map((name) => [name, { type: 'string' }] as const)
  const bare = flags.map(
    (name) =>
      [name, { type: 'boolean', ...(name === 'help' ? { short: 'h' } : {}) } as const] as const,
  )
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries([...valued, ...bare]),
  })
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (wordsAllowed) words.push(token.value)
      else mistakes.push(`${token.value}: is no option`)
    }
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (flags.includes(name)) {
      if (value === undefined) values.set(name, '')
      else mistakes.push(`${rawName}=${value}: takes no value`)
    } else if (!Object.hasOwn(allowed, name)) mistakes.push(`${rawName}: is no option`)
    else if (value === undefined || (!token.inlineValue && value.startsWith('--'))) {
      mistakes.push(`${rawName}: needs a value, ${allowed[name]}`)
    } else values.set(name, value)
  }
  return { values, words, mistakes }
}
