import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveAddress } from './address.ts'
import { scriptedServer } from './scripted-server.ts'

const named =
  (...addresses: string[]) =>
  async () =>
    addresses.map((address) => ({ address }))

test('of several addresses, the first that accepts a connection is taken', async (context) => {
  // Loopback is all of 127/8, and the server listens on one address of it only.
  const { port } = await scriptedServer(context, () => {})
  const url = new URL(`http://lab.example:${port}/`)
  const address = await resolveAddress(url, named('127.0.0.2', '127.0.0.1', '127.0.0.3'))
  assert.deepEqual(address, { host: '127.0.0.1', port })
})

test('where none accepts, the first is taken, for its error to be counted', async (context) => {
  const server = await scriptedServer(context, () => {})
  server.close()
  const url = new URL(`http://lab.example:${server.port}/`)
  const address = await resolveAddress(url, named('127.0.0.2', '127.0.0.3'))
  assert.equal(address.host, '127.0.0.2')
})

test('a single address is not tried', async (context) => {
  const server = await scriptedServer(context, () => {})
  assert.deepEqual(await resolveAddress(server.url), { host: '127.0.0.1', port: server.port })
  assert.equal(server.connections(), 0)
})

test('without a port it is 80, or 443 for https, and an IPv6 address has no brackets', async () => {
  const https = await resolveAddress(new URL('https://127.0.0.1/'))
  assert.deepEqual(https, { host: '127.0.0.1', port: 443 })
  assert.deepEqual(await resolveAddress(new URL('http://[::1]/')), { host: '::1', port: 80 })
})

test('a name that is not known is named', async () => {
  await assert.rejects(resolveAddress(new URL('http://nowhere.invalid/')), {
    message: /^the host nowhere\.invalid is not known/,
  })
})

test('where localhost is another machine’s name for itself, that machine is asked', async () => {
  const asked: string[] = []
  const note = async (name: string) => {
    asked.push(name)
    return [{ address: '192.0.2.1' }]
  }
  for (const name of ['localhost', '127.0.0.1', '[::1]', 'lab.example'])
    await resolveAddress(new URL(`http://${name}:3001/`), note, 'host.docker.internal')
  assert.deepEqual(asked, [...Array(3).fill('host.docker.internal'), 'lab.example'])
})
