import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls, type SecureContext } from 'node:tls'
import type { HttpRequest } from './http-request.ts'
import { ResponseParser } from './response-parser.ts'

/** What became of one request on one connection; instants in milliseconds of the given clock. */
export type ExchangeEnd =
  | {
      kind: 'answer'
      status: number
      writtenAt: number
      endedAt: number
    }
  | {
      kind: 'failure'
      /** The system's code, such as ECONNREFUSED, or what was wrong with the answer. */
      code: string
      /** Did any byte of an answer arrive? */
      begun: boolean
    }

/** Where to connect. */
export type Origin = {
  host: string
  port: number
  /** The name that the server's certificate must be for; null for a connection without TLS. */
  tlsName: string | null
}

export type ConnectionOptions<Tag> = {
  origin: Origin
  /** With TLS, whom to trust; null for whom Node trusts. */
  secureContext: SecureContext | null
  /** A monotonic clock in milliseconds. */
  now: () => number
  /**
   * Called once, unless `destroy` comes first: when it has opened, which with TLS means that the server's
   * certificate was accepted, or with the reason why it could not.
   */
  onOpen: (connection: Connection<Tag>, failure: string | null) => void
  /** Called once for each request that was given to `exchange`, unless `destroy` comes first. */
  onEnd: (tag: Tag, end: ExchangeEnd, connection: Connection<Tag>) => void
}

/**
 * What TCP sockets read into: the reader is called before anything else can be read, and keeps nothing.
 * So ten thousand connections need no more than this one, and nothing is allocated for an answer.
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536)

/**
 * A connection, TCP or TLS on it, that carries HTTP/1.1 requests, one after another. It begins to open
 * when it is made. Each request carries a tag, by which `onEnd` knows it again.
 */
export class Connection<Tag = unknown> {
  /** May it carry another request? Not while it carries one, nor when it has closed. */
  reusable = false
  closed = false
  /** For how long the server said it would keep the connection; null when it didn't. */
  keepAliveMs: number | null = null
  #options: ConnectionOptions<Tag>
  #socket: Socket
  #open = false
  #failure = ''
  #parser = new ResponseParser()
  #request: HttpRequest | null = null
  #tag: Tag | undefined
  #writtenAt = 0
  #begun = false

  constructor(options: ConnectionOptions<Tag>) {
    this.#options = options
    const { origin, secureContext } = options
    this.#socket = openSocket(origin, secureContext, (bytes, length) => this.#read(bytes, length))
    this.#socket.on(origin.tlsName === null ? 'connect' : 'secureConnect', () => {
      this.#open = true
      options.onOpen(this, null)
    })
    this.#socket.on('end', () => {
      if (this.#request && this.#parser.close()) this.#answer()
    })
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.#failure = error.code ?? error.message
    })
    this.#socket.on('close', () => {
      if (this.closed) return
      this.closed = true
      if (!this.#open) options.onOpen(this, this.#failure || 'closed before it was open')
      else if (this.#request) this.#fail(this.#failure || 'closed before the answer was whole')
    })
  }

  /** Writes a request, on an open connection. One at a time. */
  exchange(request: HttpRequest, tag: Tag): void {
    this.#request = request
    this.#tag = tag
    this.#begun = false
    this.reusable = false
    this.#parser.reset(request.answerHasNoBody)
    this.#writtenAt = this.#options.now()
    this.#socket.write(request.bytes)
  }

  /** Closes it at once, and says nothing more. */
  destroy(): void {
    this.#request = null
    this.closed = true
    this.#socket.destroy()
  }

  #read(bytes: Buffer, length: number): void {
    this.#begun = true
    // Bytes that answer no request: whatever they are, the next answer couldn't be told from them.
    const progress = this.#request ? this.#parser.push(bytes, length) : 'unasked'
    if (progress === 'unasked') this.destroy()
    else if (progress === 'done') this.#answer()
    else if (progress === 'malformed') this.#fail('malformed answer')
  }

  #answer(): void {
    const { status, keepAlive, keepAliveMs } = this.#parser
    this.reusable = keepAlive
    this.keepAliveMs = keepAliveMs
    if (!keepAlive) this.destroy()
    const endedAt = this.#options.now()
    this.#end({ kind: 'answer', status, writtenAt: this.#writtenAt, endedAt })
  }

  #fail(code: string): void {
    const end = { kind: 'failure', code, begun: this.#begun } as const
    this.destroy()
    this.#end(end)
  }

  #end(end: ExchangeEnd): void {
    this.#request = null
    this.#options.onEnd(this.#tag as Tag, end, this)
  }
}

type Bytes = (bytes: Buffer, length: number) => void

const openSocket = (origin: Origin, secureContext: SecureContext | null, onBytes: Bytes) => {
  const { host, port, tlsName } = origin
  if (tlsName === null) {
    const callback = (length: number) => {
      onBytes(readBuffer, length)
      return true
    }
    return connectTcp({ host, port, noDelay: true, onread: { buffer: readBuffer, callback } })
  }
  // An address is no server name (RFC 6066, section 3); a certificate is then checked against the host.
  const servername = isIP(tlsName) === 0 ? tlsName : ''
  const trust = secureContext === null ? {} : { secureContext }
  const socket = connectTls({ host, port, servername, ...trust, ALPNProtocols: ['http/1.1'] })
  socket.setNoDelay(true)
  return socket.on('data', (bytes) => onBytes(bytes, bytes.length))
}
