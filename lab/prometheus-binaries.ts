import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, constants, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { fetchDebianPrograms } from './debian-package.ts'
import { download, goArch, keepPrograms } from './fetched-programs.ts'

const run = promisify(execFile)

/** The release that compose.yaml pins. */
export const PROMETHEUS_VERSION = '3.13.2'

/** Where the two programs are. */
export type Binaries = { prometheus: string; promtool: string }

export type FindOptions = {
  /** Folder that what is fetched is kept in. */
  cache: string
  /** The search path, as in the environment's PATH. */
  path: string
  /** Where official releases are downloaded from. */
  releases?: string
  platform?: NodeJS.Platform
  arch?: string
  aptGet?: string
  /** Says what takes time. */
  say?: (text: string) => void
}

/**
 * Finds a real Prometheus and promtool: on PATH, in the cache, or fetched into the cache: the official
 * release with its published checksum, else, where there is apt, the distribution's package, unpacked
 * from the machine's own package sources. Needs no root and installs nothing.
 *
 * @throws an error that says what was tried, why each failed, and what to do
 */
export async function findPrometheus({
  cache,
  path,
  releases = 'https://github.com/prometheus/prometheus/releases/download',
  platform = process.platform,
  arch = process.arch,
  aptGet = 'apt-get',
  say = () => {},
}: FindOptions): Promise<Binaries> {
  const onPath = await firstWithBoth(path.split(delimiter).filter(Boolean))
  if (onPath) return onPath
  const folder = join(cache, 'prometheus')
  const cached = await firstWithBoth([folder])
  if (cached) return cached

  const tried = ['on PATH: not there', `in ${folder}: not there`]
  const sources = {
    [`the official release ${PROMETHEUS_VERSION}`]: () =>
      fetchRelease({ folder, releases, platform, arch }),
    'the distribution’s package, by apt-get': () =>
      fetchDebianPrograms({
        packages: ['prometheus'],
        programs: ['promtool', 'prometheus'],
        folder,
        aptGet,
      }),
  }
  for (const [name, fetchIt] of Object.entries(sources)) {
    say(`no Prometheus on this machine: fetching ${name} into ${folder}`)
    try {
      await fetchIt()
      const fetched = await firstWithBoth([folder])
      if (fetched) return fetched
      tried.push(`${name}: has no prometheus and promtool in it`)
    } catch (error) {
      tried.push(`${name}: ${reasonOf(error)}`)
    }
  }
  throw new Error(
    `no Prometheus could be found or fetched. Tried:\n${tried.map((line) => `  - ${line}\n`).join('')}` +
      'Install Prometheus 2.42 or newer (https://prometheus.io/download/) and put prometheus and promtool on PATH.',
  )
}

async function firstWithBoth(folders: string[]): Promise<Binaries | undefined> {
  for (const folder of folders) {
    const binaries = { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') }
    const found = await Promise.all(
      Object.values(binaries).map((file) =>
        access(file, constants.X_OK).then(
          () => true,
          () => false,
        ),
      ),
    )
    if (found.every(Boolean)) return binaries
  }
  return undefined
}

type Release = Required<Pick<FindOptions, 'releases' | 'platform' | 'arch'>> & { folder: string }

async function fetchRelease({ folder, releases, platform, arch }: Release) {
  const name = `prometheus-${PROMETHEUS_VERSION}.${platform}-${goArch[arch] ?? arch}`
  const base = `${releases}/v${PROMETHEUS_VERSION}`
  const sums = await download(`${base}/sha256sums.txt`)
  const published = sums
    .toString()
    .split('\n')
    .find((line) => line.endsWith(` ${name}.tar.gz`))
    ?.split(' ')[0]
  if (!published) throw new Error(`there is no ${name}.tar.gz in it`)
  const archive = await download(`${base}/${name}.tar.gz`)
  const actual = createHash('sha256').update(archive).digest('hex')
  if (actual !== published) {
    throw new Error(`${name}.tar.gz has the checksum ${actual}, and should have ${published}`)
  }
  await keepPrograms(folder, ['promtool', 'prometheus'], async (scratch) => {
    await writeFile(join(scratch, 'release.tar.gz'), archive)
    await run('tar', ['-xzf', 'release.tar.gz'], { cwd: scratch })
    return join(scratch, name)
  })
}

function reasonOf(error: unknown): string {
  const { message, cause, stderr } = error as Error & { stderr?: string }
  const detail = stderr?.trim().split('\n').at(-1) || (cause instanceof Error && cause.message)
  return detail ? `${message.split('\n')[0]} (${detail})` : message
}
