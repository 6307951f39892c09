import assert from 'node:assert/strict'
import { test } from 'node:test'
import { echoedHeaders, MAX_ECHO_CHARACTERS } from './echo.ts'

const harmless = ['x-request-id', 'user-agent', 'accept', 'accept-language', 'traceparent', 'x-te']

const refused = {
  'hop by hop': ['connection', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'upgrade'],
  framing: ['transfer-encoding', 'content-length', 'content-encoding', 'content-type'],
  credentials: ['authorization', 'cookie', 'set-cookie', 'www-authenticate', 'clear-site-data'],
  'who may read': [
    'access-control-allow-origin',
    'cross-origin-opener-policy',
    'content-security-policy',
    'x-frame-options',
    'x-content-type-options',
    'strict-transport-security',
    'sec-fetch-site',
  ],
  caching: ['cache-control', 'expires', 'etag', 'vary', 'age', 'date', 'last-modified', 'pragma'],
  'where to go next': ['location', 'refresh', 'link', 'alt-svc', 'retry-after', 'sourcemap'],
  proxies: ['x-accel-redirect', 'x-sendfile'],
  'the server’s own': ['host', 'version', 'server', 'x-echo-omitted'],
}

for (const name of harmless) {
  test(`${name} comes back`, () => {
    assert.deepEqual(echoedHeaders(new Headers({ [name]: 'a' })).headers, [[name, 'a']])
  })
}

for (const [why, names] of Object.entries(refused)) {
  test(`${why}: ${names.join(', ')} do not come back, in any case of letters`, () => {
    for (const name of names) {
      for (const spelt of [name, name.toUpperCase()]) {
        // A list of pairs: `Headers` made from an object would be guarded like this too, but says so less.
        assert.deepEqual(echoedHeaders(new Headers([[spelt, 'a']])).headers, [], spelt)
      }
    }
  })
}

test('a repeated header comes back with all its values', () => {
  const request = new Headers([
    ['x-colour', 'red'],
    ['x-colour', 'blue'],
  ])
  assert.deepEqual(echoedHeaders(request).headers, [['x-colour', 'red, blue']])
})

test('a header that Connection names is hop by hop and does not come back', () => {
  const request = new Headers({ connection: 'close, X-Private', 'x-private': '1', 'x-public': '2' })
  assert.deepEqual(echoedHeaders(request).headers, [['x-public', '2']])
})

test('what exceeds the limit is left out and counted', () => {
  const request = new Headers({
    'x-a': 'a'.repeat(MAX_ECHO_CHARACTERS - 3),
    'x-b': 'b',
    'x-c': 'c',
  })
  const { headers, omitted } = echoedHeaders(request)
  assert.deepEqual(
    headers.map(([name]) => name),
    ['x-a'],
  )
  assert.equal(omitted, 2)
})
