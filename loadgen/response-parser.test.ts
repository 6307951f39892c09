import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ResponseParser } from './response-parser.ts'

const read = (answer: string | Buffer, cuts: number[] = []) => {
  const bytes = Buffer.from(answer)
  const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
  const parser = new ResponseParser()
  let progress = 'more'
  for (const [n, edge] of edges.entries()) {
    if (n === 0 || progress !== 'more') continue
    progress = parser.push(bytes.subarray(edges[n - 1], edge))
  }
  return { progress, status: parser.status, keepAlive: parser.keepAlive, atClose: parser.close() }
}

const answers: [string, string, ReturnType<typeof read>][] = [
  [
    'a content length',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
    { progress: 'done', status: 200, keepAlive: true, atClose: false },
  ],
  [
    'no body at all, and a reason without words',
    'HTTP/1.1 500\r\ncontent-length:0\r\n\r\n',
    { progress: 'done', status: 500, keepAlive: true, atClose: false },
  ],
  [
    'chunks with an extension and a trailer',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n',
    { progress: 'done', status: 200, keepAlive: true, atClose: false },
  ],
  [
    'a server that closes',
    'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno',
    { progress: 'done', status: 404, keepAlive: false, atClose: false },
  ],
  [
    'HTTP/1.0',
    'HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok',
    { progress: 'done', status: 200, keepAlive: false, atClose: false },
  ],
  [
    'a body that the close ends',
    'HTTP/1.1 200 OK\r\n\r\nall that comes',
    { progress: 'more', status: 200, keepAlive: false, atClose: true },
  ],
  [
    '204, whose content length says nothing',
    'HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n',
    { progress: 'done', status: 204, keepAlive: true, atClose: false },
  ],
  [
    'an interim answer before the answer',
    'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx',
    { progress: 'done', status: 200, keepAlive: true, atClose: false },
  ],
]

test('an answer is read whole, however it is framed', () => {
  for (const [name, answer, expected] of answers) assert.deepEqual(read(answer), expected, name)
})

test('it does not matter where the answer is cut', () => {
  const cuts = fc.array(fc.nat(200), { maxLength: 6 })
  for (const [name, answer, expected] of answers) {
    const everyByte = Array.from({ length: answer.length }, (_, i) => i)
    assert.deepEqual(read(answer, everyByte), expected, name)
    fc.assert(
      fc.property(cuts, (some) => {
        const within = some.filter((cut) => cut < answer.length)
        assert.deepEqual(read(answer, within), expected, name)
      }),
      { seed: 1 },
    )
  }
})

test('an answer that lacks its last byte is not whole', () => {
  for (const [name, answer] of answers) {
    if (read(answer).atClose) continue
    assert.equal(read(answer.slice(0, -1)).progress, 'more', name)
    assert.equal(read(answer.slice(0, -1)).atClose, false, name)
  }
})

test('bytes that nobody asked for end the reuse of the connection', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
  assert.equal(read(`${answer}HTTP/1.1 200`).keepAlive, false)
  assert.equal(read(`${answer}HTTP/1.1 200`).progress, 'done')
})

test('what is no HTTP is malformed', () => {
  const malformed = [
    'SSH-2.0-OpenSSH\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n',
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`,
  ]
  for (const answer of malformed) {
    assert.equal(read(answer).progress, 'malformed', answer.slice(0, 60))
  }
})

test('an answer to HEAD ends with its head, whatever that says', () => {
  for (const framing of ['Content-Length: 5', 'Transfer-Encoding: chunked', 'X: no length']) {
    const parser = new ResponseParser()
    parser.reset(true)
    assert.equal(parser.push(Buffer.from(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n`)), 'done')
    assert.equal(parser.keepAlive, true)
  }
})

test('one parser reads answer after answer, in a buffer that still has the one before', () => {
  const parser = new ResponseParser()
  const buffer = Buffer.alloc(400)
  for (const [name, answer, expected] of [...answers, ...answers, ...answers.toReversed()]) {
    parser.reset(false)
    const length = buffer.write(answer, 'latin1')
    assert.equal(parser.push(buffer, length), expected.progress, name)
    assert.equal(parser.status, expected.status, name)
    assert.equal(parser.keepAlive, expected.keepAlive, name)
  }
})

test('what earlier answers left in the buffer is not read again', () => {
  const parser = new ResponseParser()
  const buffer = Buffer.alloc(100)
  buffer.write('HTTP/1.1 500 Old\r\nContent-Length: 0\r\n\r\n')
  parser.reset(false)
  assert.equal(parser.push(buffer, buffer.write('HTTP/1.1 2')), 'more')
  assert.equal(parser.push(Buffer.from('04 New\r\n\r\n')), 'done')
  assert.equal(parser.status, 204)
})

test('the same head twice says the same twice', () => {
  const parser = new ResponseParser()
  const head = 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=7\r\nContent-Length: 2\r\n\r\n'
  for (const body of ['ok', 'ab']) {
    parser.reset(false)
    assert.equal(parser.push(Buffer.from(head)), 'more')
    assert.equal(parser.push(Buffer.from(body)), 'done')
    assert.equal(parser.keepAliveMs, 7000)
  }
})

test('random bytes, and answers with random bytes in them, never break the parser', () => {
  const pieces = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom(
        'HTTP/1.1 200 OK\r\n',
        '\r\n',
        '\r\n\r\n',
        'Content-Length: ',
        'Transfer-Encoding: chunked\r\n',
        'Keep-Alive: timeout=',
        '5',
        '0\r\n',
      )
      .map((text) => Buffer.from(text)),
    fc.constantFrom(...answers).map(([, answer]) => Buffer.from(answer)),
  )
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.boolean(), (parts, hasNoBody) => {
      const parser = new ResponseParser()
      parser.reset(hasNoBody)
      for (const part of parts) {
        const progress = parser.push(part)
        assert.ok(['more', 'done', 'malformed'].includes(progress))
        if (progress !== 'more') parser.reset(hasNoBody)
      }
      assert.ok(parser.status === 0 || (parser.status >= 200 && parser.status <= 999))
      parser.close()
    }),
    { seed: 1, numRuns: 2000 },
  )
})

test('a large body is read without being kept', () => {
  const body = Buffer.alloc(3_000_000, 'x')
  const head = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`
  assert.equal(read(Buffer.concat([Buffer.from(head), body]), [70_000, 1_000_000]).progress, 'done')
})
