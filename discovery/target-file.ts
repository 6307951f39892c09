import { open, readFile, rename, stat } from 'node:fs/promises'

/** A file that Prometheus watches. */
export type TargetFile = {
  /** When the file was last written, in Unix seconds; undefined if there is none. */
  writtenAt: number | undefined
  /** How many targets the file has that was there before; undefined if there is none, or it is broken. */
  targets: number | undefined
  /** Writes the file if it would be another one, in one step; true if it was. Throws if it can't be written. */
  write: (content: string) => Promise<boolean>
}

/** @param path of the file; its folder must be there */
export async function openTargetFile(path: string): Promise<TargetFile> {
  let current = await readFile(path, 'utf8').catch(() => undefined)
  return {
    writtenAt: current === undefined ? undefined : (await stat(path)).mtimeMs / 1000,
    targets: countTargets(current),
    async write(content) {
      if (content === current) return false
      // Not *.json: Prometheus reads what has that name at any moment.
      const draft = `${path}.new`
      const file = await open(draft, 'w', 0o644)
      try {
        await file.writeFile(content)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
      current = content
      return true
    },
  }
}

function countTargets(content: string | undefined): number | undefined {
  try {
    const groups: { targets: string[] }[] = JSON.parse(content ?? '')
    return groups.reduce((sum, { targets }) => sum + targets.length, 0)
  } catch {
    return undefined
  }
}
