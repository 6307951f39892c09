import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The texts of prometheus.yml, of the rules and of the target files, by path below the project's folder; none for what can't be read. */
export function sourcesOf(project: string): Record<string, string> {
  const namesIn = (folder: string) => {
    try {
      return readdirSync(join(project, 'prometheus', folder)).map((name) => join(folder, name))
    } catch {
      return []
    }
  }
  const names = ['prometheus.yml', ...namesIn('rules'), ...namesIn('targets')]
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = textOf(join(project, 'prometheus', name))
      return text === undefined ? [] : [[join('prometheus', name), text]]
    }),
  )
}

/** What is in a file; undefined where it can't be read. */
export function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
