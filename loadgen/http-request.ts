/** A request as it is written, and what one has to know of it to read its answer, or to send it again. */
export type HttpRequest = {
  bytes: Uint8Array
  /** The answer has no body, whatever its head says: RFC 9112, section 6.3. */
  answerHasNoBody: boolean
  /** May it be sent again when nobody knows whether it was carried out? RFC 9110, section 9.2.2. */
  idempotent: boolean
}

export type RequestOptions = {
  url: URL
  method: string
  /** Name and value, in order; those named here take the place of our own. */
  headers: readonly (readonly [name: string, value: string])[]
  body: Uint8Array | null
}

const idempotentMethods = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']

/** Methods that say something of a body even where there is none: RFC 9110, section 8.6. */
const bodyMethods = ['POST', 'PUT', 'PATCH']

/**
 * Writes an HTTP/1.1 request, once for all times that it is sent. With a body its length is said, and
 * nothing of its type: that is for `headers` to say.
 */
export function encodeRequest({ url, method, headers, body }: RequestOptions): HttpRequest {
  const usual: [string, string][] = [
    ['Host', url.host],
    ['User-Agent', 'latency-lab-loadgen'],
    ['Accept', '*/*'],
  ]
  const given = new Set(headers.map(([name]) => name.toLowerCase()))
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    ...usual.filter(([name]) => !given.has(name.toLowerCase())).map(line),
    ...headers.map(line),
    ...(body !== null || bodyMethods.includes(method)
      ? [`Content-Length: ${body?.length ?? 0}`]
      : []),
  ]
  return {
    bytes: Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]),
    answerHasNoBody: method === 'HEAD',
    idempotent: idempotentMethods.includes(method),
  }
}

const line = ([name, value]: readonly [string, string]) => `${name}: ${value}`
