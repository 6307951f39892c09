import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { TLSSocket } from 'node:tls'
import { renewCertificate, tlsFiles } from '../lab/certificate/renew.ts'

/** A local authority with a server's certificate, in a folder, as the lab makes them. */
export function certificates(folder: string) {
  const at = (file: keyof typeof tlsFiles) => join(folder, tlsFiles[file])
  const renew = (now = Date.now()) => renewCertificate({ folder, now, readableKey: false })
  renew()
  return {
    at,
    renew,
    env: { TLS_CERT: at('certificate'), TLS_KEY: at('key'), LOADGEN_CA: at('authority') },
    ca: () => readFileSync(at('authority'), 'utf8'),
    fingerprint: () => new X509Certificate(readFileSync(at('certificate'))).fingerprint256,
  }
}

/** A client that trusts one authority alone, and says which certificate and connection each answer came by. */
export function createClient(port: number, ca: string, { keepAlive = false } = {}) {
  // No session is taken up again: each connection is shown a certificate, and verifies it.
  const agent = new Agent({ ca, keepAlive, maxCachedSessions: 0, ALPNProtocols: ['http/1.1'] })
  const shown = new WeakMap<TLSSocket, string | undefined>()
  return {
    async get(path: string) {
      const asked = request({ agent, host: '127.0.0.1', port, path }).end()
      asked.once('socket', (socket: TLSSocket) => {
        if (shown.has(socket)) return
        socket.once('secureConnect', () =>
          shown.set(socket, socket.getPeerX509Certificate()?.fingerprint256),
        )
      })
      const [response] = await once(asked, 'response')
      const socket = response.socket as TLSSocket
      return {
        status: response.statusCode as number,
        fingerprint: shown.get(socket),
        protocol: socket.getProtocol(),
        alpn: socket.alpnProtocol,
        // Of this client's end: one for each connection.
        connection: (socket.address() as AddressInfo).port,
        body: await text(response),
      }
    },
    close: () => agent.destroy(),
  }
}
