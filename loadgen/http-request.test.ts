import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeRequest } from './http-request.ts'

const url = new URL('http://lab.example:81/a?b=c#d')
const textOf = (some: Partial<Parameters<typeof encodeRequest>[0]>) => {
  const { bytes } = encodeRequest({ url, method: 'GET', headers: [], body: null, ...some })
  return Buffer.from(bytes).toString()
}

test('without more, a request is a GET that names host and path', () => {
  assert.equal(
    textOf({}),
    'GET /a?b=c HTTP/1.1\r\nHost: lab.example:81\r\nUser-Agent: latency-lab-loadgen\r\nAccept: */*\r\n\r\n',
  )
})

test('headers take the place of our own, and may come several times', () => {
  const headers = [
    ['host', 'other'],
    ['Accept', 'text/html'],
    ['Cookie', 'a=1'],
    ['Cookie', 'b=2'],
  ] as const
  assert.equal(
    textOf({ headers }),
    'GET /a?b=c HTTP/1.1\r\nUser-Agent: latency-lab-loadgen\r\nhost: other\r\nAccept: text/html\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n',
  )
})

test('a body comes with its length in bytes, and is sent as it is', () => {
  const body = Buffer.from([0, 255, 13, 10])
  const { bytes } = encodeRequest({ url, method: 'POST', headers: [], body })
  const text = Buffer.from(bytes).toString('latin1')
  assert.match(text, /^POST .*\r\nContent-Length: 4\r\n\r\n\0\xff\r\n$/s)
  assert.match(textOf({ method: 'POST', body: Buffer.alloc(0) }), /\r\nContent-Length: 0\r\n\r\n$/)
})

test('a method that usually has a body says that there is none', () => {
  for (const method of ['POST', 'PUT', 'PATCH']) {
    assert.match(textOf({ method }), /\r\nContent-Length: 0\r\n\r\n$/, method)
  }
  assert.doesNotMatch(textOf({ method: 'DELETE' }), /Content-Length/)
})

test('what is known of the answer, and of sending again, follows from the method', () => {
  const table = [
    ['GET', false, true],
    ['HEAD', true, true],
    ['PUT', false, true],
    ['DELETE', false, true],
    ['POST', false, false],
    ['PATCH', false, false],
    ['BREW', false, false],
  ] as const
  for (const [method, answerHasNoBody, idempotent] of table) {
    const request = encodeRequest({ url, method, headers: [], body: null })
    assert.equal(request.answerHasNoBody, answerHasNoBody, method)
    assert.equal(request.idempotent, idempotent, method)
  }
})
