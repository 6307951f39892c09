import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { access, constants, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'

/** The release that compose.yaml pins. */
export const GRAFANA_VERSION = '13.2.1'

/** Where the program is, and the folder that has its pages and default settings. */
export type Grafana = { program: string; home: string }

export type FindGrafanaOptions = {
  /** Folder that what is fetched is kept in. */
  cache: string
  /** The search path, as in the environment's PATH. */
  path: string
  /** Says of each release where its packages are, and what their checksums are. */
  versions?: string
  platform?: NodeJS.Platform
  arch?: string
  /** Where packages put its home, beside the places that are found from the program. */
  homes?: readonly string[]
  /** Says what takes time. */
  say?: (text: string) => void
}

/**
 * Finds a Grafana: on PATH, in the cache, or its official release, fetched into the cache with its published
 * checksum. Needs no root and installs nothing.
 *
 * @throws an error that says what was tried and why each failed, in one line each
 */
export async function findGrafana({
  cache,
  path,
  versions = 'https://grafana.com/api/grafana/versions',
  platform = process.platform,
  arch = process.arch,
  homes = ['/usr/share/grafana'],
  say = () => {},
}: FindGrafanaOptions): Promise<Grafana> {
  const onPath = await firstOnPath(path.split(delimiter).filter(Boolean), homes)
  if (onPath) return onPath
  const folder = join(cache, 'grafana')
  const cached = await atHome(folder)
  if (cached) return cached
  const release = `the official release ${GRAFANA_VERSION}`
  const begin = () =>
    say(`no Grafana on this machine: fetching ${release} into ${folder}, some 200 MB`)
  try {
    await fetchRelease({ folder, versions, platform, arch, begin })
  } catch (error) {
    throw new Error(`on PATH: not there\nin ${folder}: not there\n${release}: ${reasonOf(error)}`)
  }
  const fetched = await atHome(folder)
  if (!fetched) throw new Error(`${release}: has no bin/grafana with conf/defaults.ini in it`)
  return fetched
}

/** A package may put a script on PATH, and the program into its home. */
async function firstOnPath(
  folders: string[],
  homes: readonly string[],
): Promise<Grafana | undefined> {
  for (const folder of folders) {
    const found = join(folder, 'grafana')
    if (!(await isProgram(found))) continue
    const bin = dirname(await realpath(found))
    for (const home of [dirname(bin), join(bin, '..', 'share', 'grafana'), ...homes]) {
      if (await isReadable(join(home, 'conf', 'defaults.ini')))
        return (await atHome(home)) ?? { program: found, home }
    }
  }
  return undefined
}

async function atHome(home: string): Promise<Grafana | undefined> {
  const program = join(home, 'bin', 'grafana')
  const whole = (await isProgram(program)) && (await isReadable(join(home, 'conf', 'defaults.ini')))
  return whole ? { program, home } : undefined
}

/** Go's names of what Node.js calls otherwise. */
const goArch: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }

type Release = Required<Pick<FindGrafanaOptions, 'versions' | 'platform' | 'arch'>> & {
  folder: string
  /** Is called once there is something to be fetched. */
  begin: () => void
}

/** The number of a build is in the address of its packages: it has to be asked for. */
type Version = { packages?: { url?: string; sha256?: string }[] }

async function fetchRelease({ folder, versions, platform, arch, begin }: Release) {
  const suffix = `_${platform}_${goArch[arch] ?? arch}.tar.gz`
  const answer = await get(`${versions}/${GRAFANA_VERSION}`, 30_000)
  const { packages = [] } = (await answer.json()) as Version
  const { url, sha256 } = packages.find((each) => each.url?.endsWith(suffix)) ?? {}
  if (!url) throw new Error(`there is no package *${suffix} in it`)
  if (!sha256) throw new Error(`${url} has no published checksum`)
  begin()
  const scratch = `${folder}.${process.pid}`
  try {
    await mkdir(scratch, { recursive: true })
    const archive = join(scratch, 'release.tar.gz')
    const actual = await download(url, archive)
    if (actual !== sha256.trim())
      throw new Error(`${url} has the checksum ${actual}, and should have ${sha256.trim()}`)
    await promisify(execFile)('tar', ['-xzf', archive], { cwd: scratch })
    await rm(archive)
    const [top, ...more] = await readdir(scratch)
    if (!top || more.length > 0) throw new Error(`${url} is not one folder`)
    await rm(folder, { recursive: true, force: true })
    await rename(join(scratch, top), folder)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** Writes what is at `url` into a file, and resolves to its SHA-256. */
async function download(url: string, file: string): Promise<string> {
  const { body } = await get(url, 900_000)
  if (!body) throw new Error(`${url} is empty`)
  const hash = createHash('sha256')
  const hashed = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      yield chunk
    }
  }
  await pipeline(Readable.fromWeb(body), hashed, createWriteStream(file))
  return hash.digest('hex')
}

async function get(url: string, limitMs: number): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return response
}

const isProgram = (file: string) => may(file, constants.X_OK)
const isReadable = (file: string) => may(file, constants.R_OK)

function may(file: string, mode: number): Promise<boolean> {
  return access(file, mode).then(
    () => true,
    () => false,
  )
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message} (${cause.message})` : message
}
