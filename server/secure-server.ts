import type { Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Logger } from 'pino'
import { ConfigError } from './config.ts'
import { readTls, type Tls, type TlsFiles } from './tls.ts'
import type { TlsGauges } from './tls-metrics.ts'

export type SecureServerOptions = {
  files: TlsFiles
  /** What the server has been started with. */
  tls: Tls
  gauges: TlsGauges
  logger: Logger
  /** Milliseconds since the epoch. */
  now?: () => number
}

/**
 * Looks after the certificate of a server that speaks HTTPS: says which one is in force and why a handshake failed.
 *
 * @returns reads the files anew. Connections that are open go on as they are, new ones get the new certificate; a
 *   pair that is not right is named in the log, and the one before stays in force
 */
export function lookAfterTls(
  server: Server,
  { files, tls, gauges, logger, now = Date.now }: SecureServerOptions,
): () => void {
  const inForce = ({ names, notAfter }: Tls, message: string) => {
    gauges.inForce(notAfter.getTime() / 1000)
    logger.info({ names, notAfter: notAfter.toISOString() }, message)
  }
  inForce(tls, 'the certificate is in force')
  server.on('tlsClientError', (error: TlsError, socket: TLSSocket) => {
    logFailedHandshake(logger, error, socket)
  })
  return function reload() {
    try {
      const read = readTls(files, now())
      // New tickets come with it: no client resumes a session that it began with the certificate before.
      server.setSecureContext(read.options)
      inForce(read, 'the certificate was read anew and is in force')
      gauges.reloaded(true)
    } catch (error) {
      gauges.reloaded(false)
      const mistakes = error instanceof ConfigError ? error.mistakes : [(error as Error).message]
      logger.error({ mistakes }, 'the certificate was not replaced: the one before stays in force')
    }
  }
}

/** OpenSSL's own word is in `reason`; its message has addresses of memory in it, too. */
type TlsError = NodeJS.ErrnoException & { reason?: string }

/** A probe that only connects, or a client that has gone, is nobody's mistake. */
const harmless = new Set(['ECONNRESET', 'EPIPE'])

function logFailedHandshake(logger: Logger, error: TlsError, socket: TLSSocket) {
  const { code = '', reason = error.message } = error
  const about = { client: socket.remoteAddress, code, reason }
  if (code === 'ERR_SSL_HTTP_REQUEST') {
    logger.warn(about, 'a client spoke http: to this port, which speaks https: alone')
  } else if (harmless.has(code)) logger.debug(about, 'a TLS handshake was broken off')
  else logger.warn(about, 'a TLS handshake failed')
}
