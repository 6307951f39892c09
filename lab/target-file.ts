import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Target } from './target.ts'

/** Where the targets of `make up TARGET=…` are, from the project's folder: a target file like any other. */
export const targetFile = 'prometheus/targets/your-service.yaml'

const noServer = "# The lab's own server is not started:"

/** What the target file says: for Prometheus, and for who looks into it. */
export function renderTargetFile(targets: Target[]): string {
  const asked = targets.map(({ text }) => text).join(' ')
  const instead = targets.filter(({ replaces }) => replaces !== 'nothing')
  const groups = targets.filter(({ replaces }) => replaces !== 'target').map(renderGroup)
  return [
    `# Written by: make up TARGET='${asked}'`,
    '# The next TARGET=… writes all of it anew, TARGET= (nothing) removes it. What is to stay goes into a file of',
    '# another name beside this one: README.md.',
    ...instead.map(({ text }) => `${noServer} ${text} takes its place.`),
    ...(groups.length > 0 ? groups : ['[]']),
    '',
  ].join('\n')
}

/** Is the lab's server not to be started, by what a target file says? */
export const replacesServer = (content: string): boolean =>
  content.split('\n').some((line) => line.startsWith(noServer))

/** The targets that take the place of the lab's server, as they were asked for. */
export const replacementsIn = (content: string): string[] =>
  content.split('\n').flatMap((line) => {
    const [, text] = line.startsWith(noServer) ? (/: (\S+) takes its place/.exec(line) ?? []) : []
    return text ?? []
  })

/**
 * What a target file has Prometheus ask for, as URLs: of the form that `renderTargetFile` writes, and of what people
 * make of it. Other YAML may be overlooked.
 */
export function namedIn(content: string): string[] {
  return content.split(/^- /m).flatMap((group) => {
    const [, list = ''] = /^targets:\s*\[([^\]]*)\]/.exec(group) ?? []
    const label = (name: string) => new RegExp(`\\b${name}:\\s*["']?([^"',}\\s]+)`).exec(group)?.[1]
    const scheme = label('__scheme__') ?? 'http'
    const path = label('__metrics_path__') ?? '/metrics'
    const addresses = list.split(',').map((each) => each.trim().replace(/^["']|["']$/g, ''))
    return addresses.filter(Boolean).map((address) => `${scheme}://${address}${path}`)
  })
}

/** What the target file says; undefined where there is none. */
export function readTargetFile(project: string): string | undefined {
  const file = join(project, targetFile)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** Writes the target file, whole or not at all, since Prometheus may read at any moment; without targets it is removed. */
export function writeTargetFile(project: string, targets: Target[]): void {
  const file = join(project, targetFile)
  if (targets.length === 0) {
    rmSync(file, { force: true })
    return
  }
  // Prometheus looks for *.yaml.
  const draft = `${file}.new`
  writeFileSync(draft, renderTargetFile(targets))
  renameSync(draft, file)
}

const renderGroup = ({ address, job, scheme, path }: Target) =>
  [
    `- targets: [${JSON.stringify(address)}]`,
    '  labels:',
    `    job: ${JSON.stringify(job)}`,
    ...(path === '/metrics' ? [] : [`    __metrics_path__: ${JSON.stringify(path)}`]),
    ...(scheme === 'http' ? [] : [`    __scheme__: ${scheme}`]),
  ].join('\n')
