import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { fingerprintOf, servedFingerprint } from './certificate/served.ts'

/** A server that runs with TLS. */
export type SecureServer = {
  pid: number
  port: number
  certFile: string
  keyFile: string
  caFile: string
}

export type ReloadOptions = {
  /** The server that runs; undefined where none does, or it speaks http:. */
  server: SecureServer | undefined
  signal: (pid: number, signal: 'SIGHUP') => void
  out: (text: string) => void
  err: (text: string) => void
  now: () => number
  sleep: (ms: number) => Promise<unknown>
}

/** The server reads two small files; what takes longer is that it is busy. */
const PATIENCE_MS = 10_000

/**
 * Has the server read its certificate anew, and looks whether a new client gets the one that is in the file. Resolves
 * to the exit code: 1 where it doesn't.
 */
export async function reload(options: ReloadOptions): Promise<number> {
  const { server, signal, out, err, now, sleep } = options
  if (!server) {
    err('lab: no server with TLS runs here: make up LAB_TLS=on starts one\n')
    return 1
  }
  const { pid, port, certFile, keyFile, caFile } = server
  try {
    const cert = readFileSync(certFile, 'utf8')
    const wanted = fingerprintOf(cert)
    // Throws unless they are a pair.
    createSecureContext({ cert, key: readFileSync(keyFile) })
    const ca = readFileSync(caFile, 'utf8')
    signal(pid, 'SIGHUP')
    let served = ''
    const giveUpAt = now() + PATIENCE_MS
    while (now() < giveUpAt) {
      served = await servedFingerprint(port, ca).catch(
        ({ code, message }: NodeJS.ErrnoException) => code ?? message,
      )
      if (served === wanted) {
        out(
          `New clients get the certificate that is in ${certFile}; connections that are open go on\n`,
        )
        return 0
      }
      await sleep(100)
    }
    err(
      `lab: new clients don't get the certificate that is in ${certFile} (but ${served}); ` +
        'the one before stays in force, and make logs has why\n',
    )
  } catch (error) {
    const reason = (error as Error).message
    err(`lab: the server was not asked to read ${certFile} and ${keyFile}: ${reason}\n`)
  }
  return 1
}
