import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import { type Config, ConfigError } from './config.ts'

export type TlsFiles = NonNullable<Config['tls']>

/** A certificate with its key, ready for a server, and what there is to say about it. */
export type Tls = {
  options: SecureContextOptions & { ALPNProtocols: string[] }
  /** The names and addresses that it is for, as OpenSSL writes them. */
  names: string
  /** When it ends, or the first of its chain does. */
  notAfter: Date
}

/**
 * Reads the certificate and its key.
 *
 * @param now milliseconds since the epoch: what has ended, or has not begun, is a mistake
 * @throws {ConfigError} with every mistake: a file that can't be read, two that don't make a pair, a certificate
 *   that is not valid now
 */
export function readTls({ certFile, keyFile }: TlsFiles, now: number): Tls {
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
  if (!pair.cert || !pair.key) throw new ConfigError(mistakes)
  const options = { ...pair, minVersion: 'TLSv1.2' as const, ALPNProtocols: ['http/1.1'] }
  let chain: X509Certificate[]
  try {
    chain = certificatesIn(pair.cert)
    if (chain.length === 0) throw new Error('no certificate in PEM is in it')
    createSecureContext(options)
  } catch (error) {
    const names = `TLS_CERT=${JSON.stringify(certFile)}, TLS_KEY=${JSON.stringify(keyFile)}`
    throw new ConfigError([
      `${names}: must be a certificate and its key (${(error as Error).message})`,
    ])
  }
  const validFrom = Math.max(...chain.map(({ validFromDate }) => validFromDate.getTime()))
  const validTo = Math.min(...chain.map(({ validToDate }) => validToDate.getTime()))
  if (now > validTo || now < validFrom) {
    const wrong = now > validTo ? ['ended', validTo] : ['is not valid before', validFrom]
    const when = `${wrong[0]} ${new Date(wrong[1] as number).toISOString()}`
    throw new ConfigError([
      `TLS_CERT=${JSON.stringify(certFile)}: must be a certificate that is valid now, and it ${when}`,
    ])
  }
  return { options, names: chain[0]?.subjectAltName ?? '', notAfter: new Date(validTo) }
}

/** The server's own comes first, what vouches for it after it. */
const certificatesIn = (pem: Buffer): X509Certificate[] =>
  (String(pem).match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map(
    (each) => new X509Certificate(each),
  )
