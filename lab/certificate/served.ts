import { X509Certificate } from 'node:crypto'
import { connect } from 'node:tls'

/**
 * The fingerprint (SHA-256) of the certificate that a server shows to a new client, which trusts these authorities
 * alone.
 *
 * @param ca the authorities, as PEM
 * @throws when it does not answer within two seconds, or its certificate can't be trusted
 */
export function servedFingerprint(port: number, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['http/1.1'] }, () => {
    resolve(socket.getPeerX509Certificate()?.fingerprint256 ?? '')
    socket.destroy()
  })
  socket.setTimeout(2000, () => socket.destroy(new Error('no answer within 2 s')))
  socket.on('error', reject)
  return promise
}

/** @param pem a certificate, or a chain that begins with it */
export const fingerprintOf = (pem: string): string => new X509Certificate(pem).fingerprint256
