import {
  closeSync,
  copyFileSync,
  fstatSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
} from 'node:fs'

/** A log that is larger than this, in bytes, moves to a second file, whose content is lost. */
export const rotateAtBytes = 10 * 1024 * 1024

/** Where the older part of a log is. */
export const olderPart = (file: string): string => `${file}.1`

/**
 * Keeps a log bounded. Whoever writes to it keeps it open, for appending: so it is copied and emptied, and
 * not renamed. A line that is written in between is lost.
 */
export function rotate(file: string, limitBytes = rotateAtBytes): boolean {
  if (sizeOf(file) <= limitBytes) return false
  copyFileSync(file, olderPart(file))
  truncateSync(file)
  return true
}

/** Bytes in a file; 0 where there is none. */
export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

/**
 * The last lines of a log, at most 64 KiB of them.
 *
 * @param from leaves out what is before this byte, unless the log has been emptied since
 */
export function lastLines(file: string, count: number, from = 0): string[] {
  const size = sizeOf(file)
  const begin = Math.max(size - 65_536, from <= size ? from : 0)
  return readFrom(file, begin).text.split('\n').filter(Boolean).slice(-count)
}

/** What a file has from a byte on, and where that ends; a file that is not there is empty. */
export function readFrom(file: string, begin: number): { text: string; end: number } {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch {
    return { text: '', end: 0 }
  }
  try {
    const content = Buffer.alloc(Math.max(fstatSync(descriptor).size - begin, 0))
    const length = readSync(descriptor, content, 0, content.length, begin)
    return { text: content.toString('utf8', 0, length), end: begin + length }
  } finally {
    closeSync(descriptor)
  }
}
