import type { Verdict } from './finding.ts'
import type { DataFolder } from './native-lab.ts'

/** Prometheus needs tens of megabytes for an hour of the lab; below this it is a matter of minutes. */
export const leastFreeBytes = 100e6

/** Where no `chown` would help. */
const reasons: Record<string, string> = { EROFS: 'read-only', ENOTDIR: 'a file, and no folder' }

/** Can the data be written, and is there room for them? */
export function judgeDisk(folders: readonly DataFolder[]): Verdict {
  const refused = folders.filter(({ error }) => error !== null)
  const full = folders.filter(({ freeBytes }) => freeBytes < leastFreeBytes)
  const [first] = refused
  if (first) {
    return {
      status: 'broken',
      what: `the data can't be written: ${first.path} is ${reasons[`${first.error}`] ?? 'not writable for this user'}`,
      evidence: refused.map(({ path, error }) => `${path}: ${error}`),
      advice:
        first.error && first.error in reasons
          ? `${first.error === 'EROFS' ? 'mount it writable, or ' : ''}keep the data elsewhere: LAB_DIR=/another/folder make up`
          : `take it back: sudo chown -R "$(id -u)" ${first.path}`,
    }
  }
  const [least] = full
  if (least) {
    return {
      status: 'broken',
      what: `the disk is full: ${megabytes(least.freeBytes)} are free for the data`,
      evidence: full.map(
        ({ path, freeBytes }) =>
          `${path}: ${megabytes(freeBytes)} free, ${megabytes(leastFreeBytes)} are needed`,
      ),
      advice: 'make room on it, or forget the lab’s data: make clean',
    }
  }
  const freeBytes = Math.min(...folders.map((folder) => folder.freeBytes))
  return { status: 'ok', what: `${megabytes(freeBytes)} free for the data` }
}

const megabytes = (bytes: number) =>
  bytes >= 10e9 ? `${Math.floor(bytes / 1e9)} GB` : `${Math.floor(bytes / 1e6)} MB`
