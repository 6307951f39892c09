import { connect } from 'node:net'
import { ResponseParser } from './response-parser.ts'

/** What became of one request on one connection; instants in milliseconds of the given clock. */
export type ExchangeEnd =
  | { kind: 'answer'; status: number; reusable: boolean; writtenAt: number; endedAt: number }
  | {
      kind: 'failure'
      /** The system's code, such as ECONNREFUSED, or what was wrong with the answer. */
      code: string
      /** Was the connection open at all? */
      connected: boolean
      /** Did any byte of an answer arrive? */
      begun: boolean
    }

export type Connection = {
  /** Writes a request, once connected. One at a time; `onEnd` is called once, unless `destroy` comes first. */
  exchange(request: Buffer, onEnd: (end: ExchangeEnd) => void): void
  /** Has it carried a request to its answer before? */
  readonly used: boolean
  destroy(): void
}

export type ConnectionOptions = {
  host: string
  port: number
  /** A monotonic clock in milliseconds. */
  now: () => number
  /** Called when it has closed while it carried no request. */
  onIdleClose: (connection: Connection) => void
}

/** Begins to open a TCP connection that carries HTTP/1.1 requests, one after another. */
export function openConnection({ host, port, now, onIdleClose }: ConnectionOptions): Connection {
  const socket = connect({ host, port, noDelay: true })
  let open = false
  let failure = ''
  let current: Exchange | null = null

  const write = (exchange: Exchange) => {
    exchange.writtenAt = now()
    socket.write(exchange.request)
  }
  const finish = (exchange: Exchange, end: ExchangeEnd) => {
    current = null
    exchange.onEnd(end)
  }
  const answer = (exchange: Exchange, reusable: boolean) => {
    const { writtenAt, parser } = exchange
    connection.used = true
    if (!reusable) socket.destroy()
    finish(exchange, {
      kind: 'answer',
      status: parser.status,
      reusable,
      writtenAt,
      endedAt: now(),
    })
  }
  const fail = (exchange: Exchange, code: string) => {
    socket.destroy()
    finish(exchange, { kind: 'failure', code, connected: open, begun: exchange.begun })
  }

  socket.on('connect', () => {
    open = true
    if (current) write(current)
  })
  socket.on('data', (bytes) => {
    // Bytes that answer no request: whatever they are, the next answer couldn't be told from them.
    if (!current) return socket.destroy()
    current.begun = true
    const progress = current.parser.push(bytes)
    if (progress === 'done') answer(current, current.parser.keepAlive)
    else if (progress === 'malformed') fail(current, 'malformed answer')
  })
  socket.on('end', () => {
    if (current?.parser.close()) answer(current, false)
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    failure = error.code ?? error.message
  })
  socket.on('close', () => {
    if (!current) onIdleClose(connection)
    else fail(current, failure || 'closed before the answer was whole')
  })

  const connection = {
    used: false,
    exchange(request: Buffer, onEnd: (end: ExchangeEnd) => void) {
      current = { request, onEnd, parser: new ResponseParser(), writtenAt: now(), begun: false }
      if (open) write(current)
    },
    destroy() {
      current = null
      socket.destroy()
    },
  }
  return connection
}

type Exchange = {
  request: Buffer
  onEnd: (end: ExchangeEnd) => void
  parser: ResponseParser
  writtenAt: number
  begun: boolean
}
