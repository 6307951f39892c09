import { rmSync, writeFileSync } from 'node:fs'
import { type Identity, isAlive } from './identity.ts'
import { readJson } from './json-file.ts'

/**
 * Does something while nobody else does it. A lock that its holder has left behind, because it was killed, is
 * no obstacle.
 *
 * @throws when somebody else is at it, with the number of that process
 */
export async function locked<Result>(
  file: string,
  self: Identity,
  act: () => Promise<Result>,
): Promise<Result> {
  if (!take(file, self)) {
    const holder = readJson<Identity>(file)
    if (holder && isAlive(holder))
      throw new Error(`another make up or make down is at work here (process ${holder.pid})`)
    rmSync(file, { force: true })
    if (!take(file, self)) throw new Error('another make up or make down has just begun here')
  }
  try {
    return await act()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string, self: Identity): boolean {
  try {
    writeFileSync(file, JSON.stringify(self), { flag: 'wx' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
