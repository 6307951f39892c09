/** A head beyond this is no answer that a server means seriously; Node's own limit is 16 KiB. */
const maxHeadBytes = 65_536

type State = 'head' | 'length' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer' | 'to close'

/**
 * Reads HTTP/1.1 answers, one after another, from the pieces in which they arrive, and keeps none of
 * their bodies. Framing as in RFC 9112, section 6: a content length, chunks, or all until the connection
 * closes; no body with 204, 304 and in answer to HEAD; interim answers (1xx) are passed over.
 * https://www.rfc-editor.org/rfc/rfc9112
 */
export class ResponseParser {
  /** Status code, once the head is read; 0 before. */
  status = 0
  /** May the connection carry another request after this answer? */
  keepAlive = true
  /** For how many milliseconds the server keeps an idle connection; null when it doesn't say. */
  keepAliveMs: number | null = null
  #hasNoBody = false
  #state: State = 'head'
  /** Bytes that can't be read yet, because their line is not whole. */
  #rest = ''
  /** Bytes of body that are still to come, where that is known. */
  #remaining = 0
  #lastHead = ''
  #lastRead: Head | null = null

  /** Begins to read the next answer; in answer to HEAD it has no body, whatever its head says. */
  reset(hasNoBody: boolean): void {
    this.status = 0
    this.keepAlive = true
    this.#hasNoBody = hasNoBody
    this.#state = 'head'
    this.#rest = ''
    this.#remaining = 0
  }

  /**
   * Takes the next bytes, the first `length` of a buffer. `done` when the answer is whole, `more` when it
   * isn't, and `malformed` when it is no HTTP; after the last two words nothing more may be pushed. Bytes
   * beyond the answer's end, which nobody asked for, make the connection unfit for another request.
   */
  push(bytes: Buffer, length = bytes.length): 'more' | 'done' | 'malformed' {
    let offset = 0
    while (true) {
      if (this.#state === 'to close') return 'more'
      if (this.#state === 'length' || this.#state === 'chunk') {
        const taken = Math.min(this.#remaining, length - offset)
        this.#remaining -= taken
        offset += taken
        if (this.#remaining > 0) return 'more'
        if (this.#state === 'length') return this.#done(length - offset)
        this.#state = 'chunk end'
      }
      // All else are lines: of the head, the size of a chunk, the trailer.
      const found = this.#takeText(bytes, offset, length)
      if (found === null) return this.#rest.length > maxHeadBytes ? 'malformed' : 'more'
      offset = found.next
      const verdict = this.#readText(found.text)
      if (verdict === 'malformed') return verdict
      if (verdict === 'done') return this.#done(length - offset)
    }
  }

  /** The connection has closed. Is the answer whole by that? Only if nothing but the close marks its end. */
  close(): boolean {
    return this.#state === 'to close'
  }

  #done(unasked: number): 'done' {
    if (unasked > 0) this.keepAlive = false
    return 'done'
  }

  /** The text up to the end of the head or of the line, whichever the state wants; null if it isn't there yet. */
  #takeText(bytes: Buffer, offset: number, length: number): { text: string; next: number } | null {
    const end = this.#state === 'head' ? '\r\n\r\n' : '\r\n'
    if (this.#rest === '') {
      const at = bytes.indexOf(end, offset, 'latin1')
      // Beyond `length` is what earlier answers left in the buffer.
      if (at >= 0 && at + end.length <= length) {
        return { text: bytes.toString('latin1', offset, at), next: at + end.length }
      }
    }
    const before = this.#rest.length
    const text = this.#rest + bytes.toString('latin1', offset, length)
    const at = text.indexOf(end)
    if (at < 0) {
      this.#rest = text
      return null
    }
    this.#rest = ''
    return { text: text.slice(0, at), next: offset + at + end.length - before }
  }

  #readText(text: string): 'more' | 'done' | 'malformed' {
    if (this.#state === 'head') return this.#readHead(text)
    if (this.#state === 'chunk end') {
      this.#state = 'chunk size'
      return text === '' ? 'more' : 'malformed'
    }
    if (this.#state === 'trailer') return text === '' ? 'done' : 'more'
    const size = /^([0-9a-f]{1,12})\s*(;|$)/i.exec(text)
    if (!size) return 'malformed'
    this.#remaining = Number.parseInt(size[1] as string, 16)
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk'
    return 'more'
  }

  #readHead(text: string): 'more' | 'done' | 'malformed' {
    // Within a second, answers to the same request mostly have the same head to the last byte.
    if (text !== this.#lastHead) {
      this.#lastRead = readHead(text)
      this.#lastHead = text
    }
    const head = this.#lastRead
    if (head === null) return 'malformed'
    if (head.status < 200) return head.status === 101 ? 'malformed' : 'more'
    this.status = head.status
    this.keepAlive = head.keepAlive
    this.keepAliveMs = head.keepAliveMs
    if (this.#hasNoBody || head.framing === 'none') return 'done'
    if (head.framing === 'chunked') {
      this.#state = 'chunk size'
    } else if (head.framing === 'to close') {
      this.#state = 'to close'
      this.keepAlive = false
    } else {
      this.#remaining = head.framing
      this.#state = 'length'
    }
    return 'more'
  }
}

type Head = {
  status: number
  keepAlive: boolean
  keepAliveMs: number | null
  /** The length of the body, or what else marks its end. */
  framing: number | 'chunked' | 'to close' | 'none'
}

/** What a head says; null when it is none. */
const readHead = (head: string): Head | null => {
  const start = /^HTTP\/1\.([01]) (\d{3})(?: |\r\n|$)/.exec(head)
  if (!start) return null
  const status = Number(start[2])
  const connection = header(head, 'connection')?.toLowerCase() ?? ''
  const keepAlive = start[1] === '1' ? !connection.includes('close') : connection === 'keep-alive'
  const seconds = /(?:^|[\s,;])timeout=(\d{1,9})/i.exec(header(head, 'keep-alive') ?? '')
  const framing = framingOf(head, status)
  if (framing === null) return null
  return { status, keepAlive, keepAliveMs: seconds ? Number(seconds[1]) * 1000 : null, framing }
}

const framingOf = (head: string, status: number): Head['framing'] | null => {
  if (status < 200 || status === 204 || status === 304) return 'none'
  if (header(head, 'transfer-encoding')?.toLowerCase().endsWith('chunked')) return 'chunked'
  const length = header(head, 'content-length')
  if (length === null) return 'to close'
  return /^\d{1,15}$/.test(length) ? Number(length) : null
}

const patterns = new Map<string, RegExp>()

const header = (head: string, name: string): string | null => {
  let pattern = patterns.get(name)
  if (!pattern) {
    pattern = new RegExp(`\\r\\n${name}:[ \\t]*([^\\r\\n]*?)[ \\t]*(?:\\r\\n|$)`, 'i')
    patterns.set(name, pattern)
  }
  return pattern.exec(head)?.[1] ?? null
}
