import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Asked, translateScrapeError } from './scrape-error.ts'

const server: Asked = {
  ...{ url: 'http://host.docker.internal:8080/metrics', job: 'httpserver' },
  ...{ whose: 'lab', inContainer: true },
}
const yours: Asked = {
  ...{ url: 'http://host.docker.internal:3001/stats', job: 'shop' },
  ...{ whose: 'yours', inContainer: false },
}

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
    assert.equal(translateScrapeError(lastError, server).what, what)
  })
}

test('an error that nobody has seen is told as it is', () => {
  assert.equal(
    translateScrapeError('the moon is full', server).what,
    'the scrape fails: the moon is full',
  )
})

test('a refused connection is about the address in containers, and about the server otherwise', () => {
  const refused = 'dial tcp 172.17.0.1:8080: connect: connection refused'
  assert.match(translateScrapeError(refused, server).advice, /LAB_BIND unset/)
  assert.equal(
    translateScrapeError(refused, { ...server, inContainer: false }).advice,
    'start the server: make up',
  )
})

test('TLS that fails is told apart from a server that does not answer', () => {
  const get = 'Get "https://host.docker.internal:8080/metrics": '
  const what = (error: string) => translateScrapeError(get + error, server).what
  assert.equal(
    what('tls: failed to verify certificate: x509: certificate signed by unknown authority'),
    'it does not trust the server’s certificate, or the server speaks no TLS',
  )
  assert.equal(
    what('http: server gave HTTP response to HTTPS client'),
    'the server speaks HTTP, and it HTTPS',
  )
})

const format = 'mend the line that is named in what curl http://localhost:3001/stats answers'
const advices: [lastError: string, advice: string][] = [
  [
    'Get "http://…": dial tcp 127.0.0.1:3001: connect: connection refused',
    'start it, or name the port that it listens on: TARGET=host:port',
  ],
  [
    'Get "http://…": context deadline exceeded',
    'see whether curl http://localhost:3001/stats answers, and within 4 s',
  ],
  [
    'server returned HTTP status 404 Not Found',
    'if its metrics are at another path, name it: TARGET=host:port/path; if it has none: docs/your-own-service.md',
  ],
  [
    'server returned HTTP status 401 Unauthorized',
    'let /metrics do without a login: Prometheus has none to give',
  ],
  [
    'server returned HTTP status 400 Bad Request',
    'if it speaks https, say so: TARGET=https://host:port',
  ],
  [
    'server returned HTTP status 500 Internal Server Error',
    'see what curl http://localhost:3001/stats answers; Prometheus asks again each 5 s',
  ],
  [
    'Get "http://…": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15"',
    'if it speaks https, say so: TARGET=https://host:port',
  ],
  [
    'Get "https://…": http: server gave HTTP response to HTTPS client',
    'it speaks http: leave https:// out of TARGET',
  ],
  [
    'Get "https://…": tls: failed to verify certificate: x509: unknown authority',
    'let /metrics answer over http, too: Prometheus verifies certificates, by the name that it asks',
  ],
  [
    'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
    'answer http://localhost:3001/stats with Content-Type: text/plain; version=0.0.4, or name the path that has metrics: TARGET=host:port/path',
  ],
  [
    'expected equal, got "<" ("INVALID") while parsing: "<!"',
    `${format}: it must be Prometheus’ text format`,
  ],
  [
    'the moon is full',
    'see what curl http://localhost:3001/stats answers; Prometheus asks again each 5 s',
  ],
]

for (const [lastError, advice] of advices) {
  test(`to whom a service of one’s own fails with “${lastError}”: ${advice}`, () => {
    assert.equal(translateScrapeError(lastError, yours).advice, advice)
  })
}

test('a name that does not resolve is misspelt, unless it is the one of this machine', () => {
  const error = 'Get "http://…": dial tcp: lookup nowhere on 127.0.0.11:53: no such host'
  const elsewhere = { ...yours, url: 'http://nowhere:3001/metrics' }
  assert.match(translateScrapeError(error, elsewhere).advice, /spelt right/)
  assert.match(translateScrapeError(error, yours).advice, /extra_hosts/)
})

test('where the lab speaks https, a service in its server’s place must', () => {
  const error = 'Get "https://…": http: server gave HTTP response to HTTPS client'
  const inItsPlace = { ...yours, job: 'httpserver' }
  assert.match(translateScrapeError(error, inItsPlace).advice, /^LAB_TLS=on asks for this port/)
})

test('from a container, the address that a service of this machine listens on may be what is wrong', () => {
  const refused = 'dial tcp 172.17.0.1:3001: connect: connection refused'
  const asked = { ...yours, inContainer: true }
  assert.match(translateScrapeError(refused, asked).advice, /on every interface \(0\.0\.0\.0\)/)
  const elsewhere = { ...asked, url: 'http://10.0.0.7:3001/metrics' }
  assert.doesNotMatch(translateScrapeError(refused, elsewhere).advice, /interface/)
  const late = translateScrapeError('context deadline exceeded', asked).advice
  assert.match(late, /sudo ufw allow in on docker0 to any port 3001 /)
})
