import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../processes.ts'
import { type KubernetesObject, nameOf } from './objects.ts'

const run = promisify(execFile)

/**
 * Where the model of each kind is: the OpenAPI schemas of Kubernetes 1.36 and of the Prometheus operator, as validators
 * and as types.
 */
const packages = {
  'monitoring.coreos.com/v1': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1',
  v1: 'kubernetes-models/v1',
} as Record<string, string>

const moduleOf = ({ apiVersion, kind }: KubernetesObject) =>
  `${packages[apiVersion] ?? `kubernetes-models/${apiVersion}`}/${kind}`

/** What is wrong with the values of an object, by its schema: types, formats, what must be there. */
export async function schemaMistakes(object: KubernetesObject): Promise<string[]> {
  const module = await import(moduleOf(object)).catch(() => ({}))
  const Model = module[object.kind]
  if (!Model) return [`${nameOf(object)}: ${object.apiVersion} has no such kind`]
  try {
    new Model(object).validate()
    return []
  } catch (error) {
    return [`${nameOf(object)}: ${(error as Error).message}`]
  }
}

/**
 * Fields that an object has and its kind does not: a schema lets them pass, and the API server drops them. So each object
 * is written down as TypeScript of its kind, and the compiler, which knows of no other fields, says what it finds.
 */
export async function unknownFields(objects: readonly KubernetesObject[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-kubernetes-'))
  try {
    const lines = objects.flatMap((object, n) => [
      `import type { I${object.kind} as Kind${n} } from ${JSON.stringify(typesOf(object))}`,
      `export const object${n}: Kind${n} = ${JSON.stringify(object)}`,
    ])
    const file = join(folder, 'objects.ts')
    writeFileSync(file, `${lines.join('\n')}\n`)
    const options = '--noEmit --strict --skipLibCheck --module preserve --target esnext --types'
    const tsc = join(root, 'node_modules/.bin/tsc')
    const outcome = await run(tsc, [...options.split(' '), '', '--ignoreConfig', file]).catch(
      (error) => error,
    )
    return (outcome.stdout as string)
      .split('\n')
      .filter((line) => line.includes('error TS'))
      .map((line) => explained(line, objects))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** By its place on disk: the file that imports it is somewhere else. */
const typesOf = (object: KubernetesObject) =>
  join(root, 'node_modules', `${moduleOf(object)}.d.ts`).replace(/\.d\.ts$/, '.js')

/** The compiler's line, with the object's name in place of the file's: an object takes two lines. */
const explained = (line: string, objects: readonly KubernetesObject[]) => {
  const [, lineNumber = '0', message = line] = /\((\d+),\d+\): (.*)$/.exec(line) ?? []
  const object = objects[Math.floor((Number(lineNumber) - 1) / 2)]
  return `${object ? nameOf(object) : 'compiler'}: ${message}`
}
