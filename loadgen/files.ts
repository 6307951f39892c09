import { accessSync, appendFileSync, constants, readFileSync, writeFileSync } from 'node:fs'
import type { Options } from './options.ts'

/** What the files that the options name are about. */
export type FileOptions = Pick<Options, 'body' | 'ca' | 'json' | 'hdr' | 'html'>

/** What was read from them. */
export type Inputs = { body: Uint8Array | null; ca: string | null }

/**
 * Reads the files of `--body` and `--ca`, and tries whether the others can be written; or says, for every one
 * that can't, by the name of its option, why.
 */
export function openFiles(options: FileOptions): Inputs | { mistakes: string[] } {
  const { body, ca } = options
  const mistakes: string[] = []
  const attempt = <T>(option: string, file: string, action: () => T): T | null => {
    try {
      return action()
    } catch (error) {
      mistakes.push(`--${option} ${file}: ${reasonOf(error as NodeJS.ErrnoException)}`)
      return null
    }
  }
  const inputs = {
    body: body?.startsWith('@')
      ? attempt('body', body, () => readFileSync(body.slice(1)))
      : body === null
        ? null
        : Buffer.from(body),
    ca: ca === null ? null : attempt('ca', ca, () => readCertificates(ca)),
  }
  for (const [option, file] of outputs(options)) {
    attempt(option, file, () => {
      appendFileSync(file, '')
      accessSync(file, constants.W_OK)
    })
  }
  return mistakes.length > 0 ? { mistakes } : inputs
}

/** Empties what is to be written, so that no result of an earlier run can be taken for one of this run. */
export function emptyFiles(options: FileOptions): void {
  for (const [, file] of outputs(options)) writeFileSync(file, '')
}

const outputs = ({ json, hdr, html }: FileOptions): [option: string, file: string][] =>
  Object.entries({ json, hdr, html }).filter(
    (entry): entry is [string, string] => entry[1] !== null && entry[1] !== '-',
  )

/** OpenSSL takes a file without a certificate for a wish to trust nobody, and says nothing. */
const readCertificates = (file: string): string => {
  const text = readFileSync(file, 'utf8')
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error('has no certificate in it; must be PEM')
  }
  return text
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not open it',
  EISDIR: 'is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EROFS: 'lies where nothing can be written',
}

const reasonOf = ({ code, message }: NodeJS.ErrnoException) => reasons[code ?? ''] ?? message
