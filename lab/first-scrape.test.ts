import assert from 'node:assert/strict'
import { test } from 'node:test'
import { adviceOn } from './first-scrape.ts'
import { readTargets } from './target.ts'

const read = readTargets('localhost:3001')
const [target] = 'targets' in read ? read.targets : []
assert.ok(target)

/** What Prometheus says in /api/v1/targets. */
const errors: [error: string, advice: RegExp][] = [
  ['Get "http://…/metrics": dial tcp 127.0.0.1:3001: connect: connection refused', /does it run/],
  ['Get "http://…/metrics": context deadline exceeded', /does it run/],
  ['server returned HTTP status 404 Not Found', /TARGET=host:port\/path/],
  ['server returned HTTP status 401 Unauthorized', /let \/metrics do without/],
  ['Get "https://…": http: server gave HTTP response to HTTPS client', /leave https:\/\/ out/],
  ['Get "https://…": tls: failed to verify certificate: x509: unknown authority', /over http/],
  ['Get "http://…": dial tcp: lookup nowhere on 127.0.0.11:53: no such host', /spelt right/],
  [
    'received unsupported Content-Type "text/html" and no fallback_scrape_protocol specified for target',
    /http:\/\/host\.docker\.internal:3001\/metrics/,
  ],
  ['expected equal, got "<" ("INVALID") while parsing: "<!"', /text format/],
  ['what nobody has seen', /asks again each 5 s/],
]

for (const [error, advice] of errors) {
  test(`there is advice on: ${error}`, () => assert.match(adviceOn(error, target, false), advice))
}

test('where the lab speaks https, a service in its server’s place must', () => {
  const error = 'Get "https://…": http: server gave HTTP response to HTTPS client'
  assert.match(adviceOn(error, { ...target, replaces: 'target' }, false), /LAB_TLS=on/)
})

test('from a container, the address that a service listens on may be what is wrong', () => {
  const refused = 'dial tcp 172.17.0.1:3001: connect: connection refused'
  assert.match(adviceOn(refused, target, true), /listen on every interface \(0\.0\.0\.0\)/)
  assert.doesNotMatch(adviceOn(refused, target, false), /interface/)
  const elsewhere = { ...target, address: '10.0.0.7:3001' }
  assert.doesNotMatch(adviceOn(refused, elsewhere, true), /interface/)
})
