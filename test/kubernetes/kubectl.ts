import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, chmod, constants, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { download, goArch, keepPrograms } from '../../lab/fetched-programs.ts'
import { root } from '../processes.ts'

const run = promisify(execFile)

/** What is fetched where there is none. */
export const KUBECTL_VERSION = '1.36.4'

/** `labels` with includeTemplates, and components that merge a ConfigMap of their parent. */
const oldestKustomize = 5

/** A program and its first arguments, to which the folder of a kustomization is added. */
export type Kustomize = [program: string, command: string]

/**
 * Finds a kustomize of at least version 5: kubectl's or kustomize itself on PATH, kubectl in the cache, or kubectl fetched
 * into the cache: the official release with its published checksum, else, on Debian, the package of Debian sid,
 * unpacked and not installed.
 *
 * @throws an error that says what was tried, why each failed, and what to do
 */
export async function findKustomize(): Promise<Kustomize> {
  const folder = join(root, '.cache/kubectl')
  const places = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), folder]
  const tried: string[] = []
  const candidates = places.flatMap((place): Kustomize[] => [
    [join(place, 'kubectl'), 'kustomize'],
    [join(place, 'kustomize'), 'build'],
  ])
  for (const candidate of candidates) {
    const version = await kustomizeVersion(candidate)
    if (version === null) continue
    if (version >= oldestKustomize) return candidate
    tried.push(`${candidate[0]}: its kustomize is version ${version}`)
  }
  if (tried.length === 0) tried.push('on PATH: not there')
  const sources = {
    'the official release': fetchRelease,
    'the package of Debian sid': fetchPackage,
  }
  for (const [name, fetchInto] of Object.entries(sources)) {
    process.stderr.write(`no kubectl that will do: fetching ${name} into ${folder}\n`)
    try {
      await keepPrograms(folder, ['kubectl'], async (scratch) => {
        const program = await fetchInto(scratch)
        await chmod(program, 0o755)
        return dirname(program)
      })
      const fetched: Kustomize = [join(folder, 'kubectl'), 'kustomize']
      if ((await kustomizeVersion(fetched)) !== null) return fetched
      tried.push(`${name}: does not run here`)
    } catch (error) {
      tried.push(`${name}: ${reasonOf(error)}`)
    }
  }
  throw new Error(
    `no kubectl could be found or fetched. Tried:\n${tried.map((line) => `  - ${line}\n`).join('')}` +
      'Put kubectl 1.27 or newer (https://kubernetes.io/docs/tasks/tools/) on PATH.',
  )
}

/** The major version; null where there is no such program. */
const kustomizeVersion = async ([program, command]: Kustomize): Promise<number | null> => {
  try {
    await access(program, constants.X_OK)
    const { stdout } = await run(
      program,
      command === 'build' ? ['version'] : ['version', '--client', '--output', 'json'],
    )
    const text = command === 'build' ? stdout : JSON.parse(stdout).kustomizeVersion
    return Number(/v(\d+)\./.exec(text ?? '')?.[1] ?? 0)
  } catch {
    return null
  }
}

/** What a program said last, or else what went wrong. */
const reasonOf = (error: unknown): string => {
  const { message, stderr = '' } = error as Error & { stderr?: string }
  return stderr.trim().split('\n').at(-1) || `${message}`.split('\n')[0] || 'failed'
}

const limitMs = 120_000

const fetchRelease = async (scratch: string): Promise<string> => {
  const { platform, arch } = process
  const url = `https://dl.k8s.io/release/v${KUBECTL_VERSION}/bin/${platform}/${goArch[arch] ?? arch}/kubectl`
  const [published, program] = await Promise.all([
    download(`${url}.sha256`, limitMs),
    download(url, limitMs),
  ])
  const actual = createHash('sha256').update(program).digest('hex')
  if (actual !== published.toString().trim()) throw new Error(`${url} has the checksum ${actual}`)
  await writeFile(join(scratch, 'kubectl'), program)
  return join(scratch, 'kubectl')
}

/** Debian's own mirror and key, as this machine has them, with state of its own: nothing of the system changes. */
const fetchPackage = async (scratch: string): Promise<string> => {
  const { stdout } = await run('apt-get', ['indextargets', '--format', '$(REPO_URI)'])
  const mirror = stdout.split('\n').find((line) => /\/debian\/?$/.test(line))
  if (!mirror) throw new Error('apt knows of no mirror of Debian')
  const apt = join(scratch, 'apt')
  await mkdir(join(apt, 'lists/partial'), { recursive: true })
  await mkdir(join(apt, 'cache/archives/partial'), { recursive: true })
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
  await writeFile(join(apt, 'sources.list'), `deb [signed-by=${key}] ${mirror} sid main\n`)
  const own = [
    `-oDir::Etc::sourcelist=${join(apt, 'sources.list')}`,
    '-oDir::Etc::sourceparts=-',
    `-oDir::State::Lists=${join(apt, 'lists')}`,
    `-oDir::Cache=${join(apt, 'cache')}`,
    '-oAPT::Sandbox::User=',
    '-qq',
  ]
  await run('apt-get', [...own, 'update'])
  await run('apt-get', [...own, 'download', 'kubectl/sid'], { cwd: scratch })
  await run('sh', ['-c', 'dpkg-deb -x kubectl_*.deb unpacked'], { cwd: scratch })
  return join(scratch, 'unpacked/usr/bin/kubectl')
}
