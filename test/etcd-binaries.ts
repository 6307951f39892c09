import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, constants, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { fetchDebianPrograms } from '../lab/debian-package.ts'
import { download, goArch, keepPrograms } from '../lab/fetched-programs.ts'

const run = promisify(execFile)

/** The release that compose.yaml pins. */
export const ETCD_VERSION = '3.6.16'

const releases = `https://github.com/etcd-io/etcd/releases/download/v${ETCD_VERSION}`

/**
 * Finds a real etcd: on PATH, in the cache, or fetched into the cache: the official release with its published
 * checksum, else, where there is apt, the distribution's package, unpacked. Needs no root and installs nothing. Any
 * from 3.4 on will do.
 *
 * @param cache folder that what is fetched is kept in
 * @param path the search path, as in the environment's PATH
 * @throws an error that says what was tried, and what to do
 */
export async function findEtcd(cache: string, path: string): Promise<string> {
  const folder = join(cache, 'etcd')
  for (const each of [...path.split(delimiter).filter(Boolean), folder]) {
    if (await isProgram(join(each, 'etcd'))) return join(each, 'etcd')
  }
  const tried = []
  const sources = {
    'the distribution’s package': () =>
      fetchDebianPrograms({ packages: ['etcd-server'], programs: ['etcd'], folder }),
    [`the official release ${ETCD_VERSION}`]: () => fetchRelease(folder),
  }
  for (const [name, fetchIt] of Object.entries(sources)) {
    try {
      await fetchIt()
      return join(folder, 'etcd')
    } catch (error) {
      tried.push(`${name}: ${(error as Error).message.split('\n')[0]}`)
    }
  }
  throw new Error(
    `no etcd on PATH, in ${folder}, and none could be fetched (${tried.join('; ')}). Install etcd 3.4 or newer: https://etcd.io/docs/latest/install/`,
  )
}

const isProgram = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

async function fetchRelease(folder: string): Promise<void> {
  const { platform, arch } = process
  const name = `etcd-v${ETCD_VERSION}-${platform}-${goArch[arch] ?? arch}`
  const archive = `${name}${platform === 'linux' ? '.tar.gz' : '.zip'}`
  const sums = (await download(`${releases}/SHA256SUMS`)).toString()
  const bytes = await download(`${releases}/${archive}`)
  const sum = createHash('sha256').update(bytes).digest('hex')
  if (!sums.includes(`${sum}  ${archive}`)) throw new Error(`${archive} has the wrong checksum`)
  // Tests run in several processes: each works in a folder of its own, and the last one's program stays.
  await keepPrograms(folder, ['etcd'], async (cwd) => {
    await writeFile(join(cwd, archive), bytes)
    await (platform === 'linux'
      ? run('tar', ['-xzf', archive], { cwd })
      : run('unzip', ['-q', archive], { cwd }))
    return join(cwd, name)
  })
}
