import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import { root } from '../processes.ts'
import { findKustomize } from './kubectl.ts'

const run = promisify(execFile)

/** An object as kubectl would apply it; what is in it depends on its kind, and is told by its schema. */
export type KubernetesObject = {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  // biome-ignore lint/suspicious/noExplicitAny: the schemas, and the compiler with their types, say what is in it.
  [field: string]: any
}

/** What there is to apply, by its folder in k8s/. */
export const applied = [
  'overlays/local',
  'overlays/cluster',
  'overlays/prometheus-stack',
  'loadgen',
]

/** Builds a kustomization of k8s/, and answers with its objects. Rejects with what kustomize says is wrong with it. */
export async function buildObjects(folder: string): Promise<KubernetesObject[]> {
  const [program, command] = await findKustomize()
  const { stdout } = await run(program, [command, join(root, 'k8s', folder)], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return objectsIn(stdout)
}

/** The objects in a text of several YAML documents. */
export function objectsIn(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS())
}

/** How an object is called in a message. */
export function nameOf({ kind, metadata }: KubernetesObject): string {
  return `${kind} ${metadata.name}`
}
