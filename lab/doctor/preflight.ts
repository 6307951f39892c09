import { folderOf } from '../native/folder.ts'
import type { Settings } from '../native/settings.ts'
import { judgeDisk } from './disk-hop.ts'
import { examine, type Hop } from './examine.ts'
import { fileHops } from './file-hops.ts'
import type { Finding } from './finding.ts'
import { dataFolderOf } from './native-lab.ts'
import { checkConfig, findPromtool } from './promtool.ts'
import { readProvisioning } from './provisioning.ts'
import { sourcesOf } from './sources.ts'

export type PreflightOptions = {
  /** The project's folder. */
  project: string
  settings: Settings
  /** The search path. */
  path: string
}

/**
 * What `up` looks at before it starts plain processes: only what no process would say as well, in a quarter of a second.
 * Resolves to what is broken. The ports are not among it: `up` knows better which ones it is about to need.
 */
export async function preflight({ project, settings, path }: PreflightOptions): Promise<Finding[]> {
  const promtool = findPromtool(project, path)
  const facts = {
    promtool: promtool ? await checkConfig(promtool, project) : null,
    sources: sourcesOf(project),
    provisioning: readProvisioning(project),
    folders: [dataFolderOf(folderOf(settings.folder).prometheusData)],
  }
  return examine(facts, [...fileHops, disk]).filter(({ status }) => status === 'broken')
}

const disk: Hop<{ folders: Parameters<typeof judgeDisk>[0] }> = {
  name: 'disk',
  title: 'disk',
  needs: [],
  judge: ({ folders }) => judgeDisk(folders),
}
