import { readFileSync } from 'node:fs'
import { join } from 'node:path'

type Lock = {
  packages: Record<string, { version?: string; dependencies?: Record<string, string> }>
}

/**
 * The packages that the lab needs to run and that are not there as package-lock.json has them, in words. By their
 * versions: times of files change with every checkout.
 *
 * @param home the project's folder
 */
export function wrongPackages(home: string): string[] {
  const { packages } = json<Lock>(join(home, 'package-lock.json')) ?? { packages: {} }
  return Object.keys(packages['']?.dependencies ?? {}).flatMap((name) => {
    const wanted = packages[`node_modules/${name}`]?.version
    const had = json<{ version: string }>(join(home, 'node_modules', name, 'package.json'))?.version
    return had === wanted ? [] : [`${name}: ${had ?? 'not there'}, and should be ${wanted}`]
  })
}

function json<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T
  } catch {
    return undefined
  }
}
