import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The texts of prometheus.yml and of the rules, by path below the project's folder; none for what can't be read. */
export function sourcesOf(project: string): Record<string, string> {
  const names = ['prometheus.yml', ...rulesOf(join(project, 'prometheus', 'rules'))]
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textOf(join(project, 'prometheus', name))
      return text === undefined ? [] : [[join('prometheus', name), text]]
    }),
  )
}

function rulesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join('rules', name))
  } catch {
    return []
  }
}

/** What is in a file; undefined where it can't be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
