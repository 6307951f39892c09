import assert from 'node:assert/strict'
import { test } from 'node:test'
import { translateScrapeError } from './scrape-error.ts'

// Word for word what a Prometheus 3.5.3 or 2.42 said of a scrape that failed so.
const said: [lastError: string, what: string][] = [
  [
    'Get "http://127.0.0.1:1/metrics": dial tcp 127.0.0.1:1: connect: connection refused',
    'the connection is refused: nothing listens there that it could reach',
  ],
  [
    'Get "http://127.0.0.1:23999/h": context deadline exceeded',
    'no answer within the scrape’s time limit: a firewall drops it, or the server hangs',
  ],
  [
    'Get "http://host.docker.invalid:80/metrics": dial tcp: lookup host.docker.invalid on 10.255.255.53:53: no such host',
    'the name does not resolve',
  ],
  ['server returned HTTP status 404 Not Found', 'it gets HTTP 404'],
  [
    'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
    'it gets another content type than that of metrics: “text/html”',
  ],
  [
    'non-compliant scrape target sending blank Content-Type and no fallback_scrape_protocol specified for target',
    'it gets no content type',
  ],
  ...[
    'expected label value, got "\\"y} 2\\n\\n" ("INVALID") while parsing: "b{x=\\"y} 2\\n\\n"',
    'expected a valid start token, got "<" ("INVALID") while parsing: "<"',
    '"INVALID" is not a valid start token',
    'strconv.ParseFloat: parsing "one": invalid syntax while parsing: "a_total one"',
    'invalid metric type "nonsense"',
    'label name "x" is not unique: invalid sample',
    'data does not end with # EOF',
  ].map((error): [string, string] => [error, 'what it gets is not the exposition format']),
]

for (const [lastError, what] of said) {
  test(`“${lastError}” means: ${what}`, () => {
    assert.equal(translateScrapeError(lastError, true).what, what)
  })
}

test('an error that nobody has seen is told as it is', () => {
  assert.equal(
    translateScrapeError('the moon is full', false).what,
    'the scrape fails: the moon is full',
  )
})

test('a refused connection is about the address in containers, and about the server otherwise', () => {
  const refused = 'dial tcp 172.17.0.1:8080: connect: connection refused'
  assert.match(translateScrapeError(refused, true).advice, /LAB_BIND unset/)
  assert.equal(translateScrapeError(refused, false).advice, 'start the server: make up')
})

test('TLS that fails is told apart from a server that does not answer', () => {
  const get = 'Get "https://host.docker.internal:8080/metrics": '
  const what = (error: string) => translateScrapeError(get + error, true).what
  assert.equal(
    what('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
    'it does not trust the server’s certificate, or the server speaks no TLS',
  )
  assert.equal(
    what('http: server gave HTTP response to HTTPS client'),
    'the server speaks HTTP, and it HTTPS',
  )
})
