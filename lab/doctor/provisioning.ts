import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What is in the files that Grafana reads: texts by file name, or why a folder could not be read. */
export type Provisioning = {
  datasources: Record<string, string>
  dashboards: Record<string, string>
  errors: string[]
}

/** Reads the folder grafana/provisioning of a project. */
export function readProvisioning(project: string): Provisioning {
  const errors: string[] = []
  const read = (folder: string, pattern: RegExp) => {
    const path = join(project, 'grafana', 'provisioning', folder)
    try {
      const names = readdirSync(path).filter((name) => pattern.test(name))
      return Object.fromEntries(names.map((name) => [name, readFileSync(join(path, name), 'utf8')]))
    } catch (error) {
      errors.push((error as Error).message)
      return {}
    }
  }
  return {
    datasources: read('datasources', /\.ya?ml$/),
    dashboards: read('dashboards', /\.json$/),
    errors,
  }
}
