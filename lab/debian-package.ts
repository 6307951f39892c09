import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { keepPrograms } from './fetched-programs.ts'

const run = promisify(execFile)

export type DebianPrograms = {
  /** The packages that have the programs. */
  packages: readonly string[]
  /** The names of the programs, which are in `/usr/bin` of one of the packages. */
  programs: readonly string[]
  /** Where the programs are put; it is made if it isn't there. */
  folder: string
  aptGet?: string
}

/**
 * Fetches programs out of the distribution's packages, from the machine's own package sources: the packages are
 * unpacked, not installed, so it needs no root and leaves the system as it is. Libraries that a package depends on
 * are not fetched with it.
 *
 * @throws what apt-get, dpkg-deb or the file system says, with `stderr` where there is one
 */
export async function fetchDebianPrograms({
  packages,
  programs,
  folder,
  aptGet = 'apt-get',
}: DebianPrograms): Promise<void> {
  await keepPrograms(folder, programs, async (scratch) => {
    const apt = join(scratch, 'apt')
    await mkdir(join(apt, 'lists', 'partial'), { recursive: true })
    await mkdir(join(apt, 'cache', 'archives', 'partial'), { recursive: true })
    // State of its own, so that it works for any user and leaves the system's alone.
    const own = [
      `-oDir::State::Lists=${join(apt, 'lists')}`,
      `-oDir::Cache=${join(apt, 'cache')}`,
      '-oAPT::Sandbox::User=',
      '-qq',
    ]
    const options = { cwd: scratch }
    await run(aptGet, [...own, 'update'], options)
    await run(aptGet, [...own, 'download', ...packages], options)
    await run('sh', ['-c', 'for each in ./*.deb; do dpkg-deb -x "$each" unpacked; done'], options)
    return join(scratch, 'unpacked', 'usr', 'bin')
  })
}
