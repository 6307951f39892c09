import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Go's names of what Node.js calls otherwise. */
export const goArch: Record<string, string> = { x64: 'amd64', arm64: 'arm64' }

/**
 * What is at an address, as a whole.
 *
 * @param limitMs how long it may take
 * @throws when no answer comes in time, or one that is no success
 */
export async function download(url: string, limitMs = 300_000): Promise<Buffer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) })
  if (!response.ok) throw new Error(`${url} answers ${response.status}`)
  return Buffer.from(await response.arrayBuffer())
}

/**
 * Lets `make` work in a scratch folder of this process, and keeps programs of the folder that it answers with: they come
 * into place one by one, each whole. What else it made is removed, however it ends.
 *
 * @param folder where the programs are put; it is made if it isn't there
 */
export async function keepPrograms(
  folder: string,
  programs: readonly string[],
  make: (scratch: string) => Promise<string>,
): Promise<void> {
  const scratch = `${folder}.${process.pid}`
  try {
    await mkdir(scratch, { recursive: true })
    const from = await make(scratch)
    await mkdir(folder, { recursive: true })
    for (const name of programs) await rename(join(from, name), join(folder, name))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
