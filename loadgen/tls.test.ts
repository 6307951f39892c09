import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after as afterAll, before, type TestContext, test } from 'node:test'
import { type Client, createClient, type Outcome } from './client.ts'
import { after, now } from './clock.ts'
import { encodeRequest } from './http-request.ts'

let folder: string
let key: string
let cert: string

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'loadgen-tls-'))
  const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')]
  const names = 'subjectAltName=DNS:lab.example,IP:127.0.0.1'
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=lab', '-addext', names]
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...files], { stdio: 'ignore' })
  key = readFileSync(join(folder, 'key'), 'utf8')
  cert = readFileSync(join(folder, 'cert'), 'utf8')
})
afterAll(() => rmSync(folder, { recursive: true }))

const serve = async (context: TestContext) => {
  const names: unknown[] = []
  const server = createServer({ key, cert }, (request, response) => {
    names.push((request.socket as import('node:tls').TLSSocket).servername)
    response.end('x'.repeat(100_000))
  })
  server.on('tlsClientError', () => {})
  let connections = 0
  server.on('connection', () => (connections += 1))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  context.after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { port: (server.address() as AddressInfo).port, names, connections: () => connections }
}

/** Two requests, one after the other, on connections that are closed at the end. */
const ask = async (port: number, tlsName: string, ca: string | null) => {
  const client = clientOf(port, tlsName, ca)
  const outcomes = [await send(client), await send(client)]
  client.cancel()
  return outcomes.map((outcome) => (outcome.kind === 'answer' ? outcome.status : outcome))
}

const send = (client: Client) => new Promise<Outcome>((resolve) => client.send(0, resolve))

const clientOf = (port: number, tlsName: string, ca: string | null) => {
  const origin = { host: '127.0.0.1', port, tlsName }
  const url = new URL(`https://${tlsName}:${port}/`)
  const request = encodeRequest({ url, method: 'GET', headers: [], body: null })
  return createClient({ targets: [{ origin, request }], ca, timeoutMs: 5000, now, after })
}

test('a server with a trusted certificate is asked by its name, and its connection kept', async (context) => {
  const { port, names, connections } = await serve(context)
  assert.deepEqual(await ask(port, 'lab.example', cert), [200, 200])
  assert.deepEqual(names, ['lab.example', 'lab.example'])
  assert.equal(connections(), 1)
})

test('an address is checked against the certificate, and is no server name', async (context) => {
  const { port, names } = await serve(context)
  assert.deepEqual(await ask(port, '127.0.0.1', cert), [200, 200])
  assert.deepEqual(names, [false, false])
})

test('a certificate for another name, or that nobody vouches for, is a network error', async (context) => {
  const { port } = await serve(context)
  const refused = (code: string) => Array(2).fill({ kind: 'network error', code, connected: false })
  assert.deepEqual(await ask(port, 'other.example', cert), refused('ERR_TLS_CERT_ALTNAME_INVALID'))
  assert.deepEqual(await ask(port, 'lab.example', null), refused('DEPTH_ZERO_SELF_SIGNED_CERT'))
})

test('a request goes out on the first connection there is, its own or one that became free', async (context) => {
  const { port: behind, connections } = await serve(context)
  const stuckClosed = Promise.withResolvers<void>()
  let accepted = 0
  // The first connection reaches the server; the second is accepted, and its handshake never answered.
  const door = createTcpServer((socket) => {
    socket.on('error', () => {})
    accepted += 1
    if (accepted === 2) return void socket.resume().on('close', () => stuckClosed.resolve())
    const onward = connect(behind, '127.0.0.1')
    onward.on('error', () => {})
    socket.pipe(onward).pipe(socket)
  }).listen(0, '127.0.0.1')
  context.after(() => door.close())
  await once(door, 'listening')
  const { port } = door.address() as AddressInfo
  const client = clientOf(port, 'lab.example', cert)
  const outcomes = await Promise.all([send(client), send(client)])
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    ['answer', 'answer'],
  )
  assert.equal(accepted, 2)
  assert.equal(connections(), 1)
  // The other is still opening, for nobody, and goes with the client.
  client.cancel()
  await stuckClosed.promise
})
