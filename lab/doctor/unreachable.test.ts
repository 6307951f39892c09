import assert from 'node:assert/strict'
import { test } from 'node:test'
import { boundOf } from './bound.ts'
import { judgeUnreachable } from './unreachable.ts'

const refused = 'dial tcp 172.17.0.1:8080: connect: connection refused'
const late = 'Get "http://host.docker.internal:8080/metrics": context deadline exceeded'
const at = (...addresses: string[]) => addresses.map((address) => ({ address, container: null }))

test('who listens on the loopback alone is out of a container’s reach', () => {
  for (const bound of [at('127.0.0.1'), at('::1'), at('127.0.0.1', '::1')]) {
    const verdict = judgeUnreachable({ lastError: refused, bound, answersHere: true })
    assert.match(verdict?.what ?? '', /which listens on (127\.0\.0\.1|::1) alone/)
  }
})

test('where nobody listens, or somebody on every interface, a refusal has another reason', () => {
  for (const bound of [at(), at('0.0.0.0'), at('127.0.0.1', '0.0.0.0'), at('::')]) {
    assert.equal(judgeUnreachable({ lastError: refused, bound, answersHere: true }), undefined)
  }
})

test('a scrape that waits in vain is dropped by a firewall only where the server answers this machine', () => {
  const question = { lastError: late, bound: at('0.0.0.0') }
  assert.match(judgeUnreachable({ ...question, answersHere: true })?.what ?? '', /a firewall drops/)
  assert.equal(judgeUnreachable({ ...question, answersHere: false }), undefined)
})

test('the kernel’s tables of sockets are read in both families', () => {
  const out = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0
   1: 00000000:2382 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1 0
   2: 010011AC:1F90 020012AC:D431 01 00000000:00000000 00:00000000 00000000     0        0 3 1 0
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000
   1: 00000000000000000000000000000000:2382 00000000000000000000000000000000:0000 0A 00000000:00000000
`
  const engine = { listening: { exitCode: 0, out, err: '' } }
  const addresses = (port: number) => boundOf(engine, port).map(({ address }) => address)
  assert.deepEqual(addresses(8080), ['127.0.0.1', '::1'])
  assert.deepEqual(addresses(9090), ['0.0.0.0', '::'])
  assert.deepEqual(addresses(9464), [])
})
