import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { type Config, ConfigError } from './config.ts'

/**
 * Reads the certificate and its key.
 *
 * @throws {ConfigError} when a file can't be read, or the two don't make a pair
 */
export function readTls({ certFile, keyFile }: NonNullable<Config['tls']>) {
  const mistakes: string[] = []
  const read = (name: string, file: string) => {
    try {
      return readFileSync(file)
    } catch (error) {
      mistakes.push(
        `${name}=${JSON.stringify(file)}: must be a file that can be read (${(error as Error).message})`,
      )
      return undefined
    }
  }
  const pair = { cert: read('TLS_CERT', certFile), key: read('TLS_KEY', keyFile) }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  try {
    createSecureContext(pair)
  } catch (error) {
    const names = `TLS_CERT=${JSON.stringify(certFile)}, TLS_KEY=${JSON.stringify(keyFile)}`
    throw new ConfigError([
      `${names}: must be a certificate and its key (${(error as Error).message})`,
    ])
  }
  return pair
}
