import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

const run = (env: NodeJS.ProcessEnv) =>
  spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', CONTROL_PORT: '0', ...env },
  })

/** Starts a server on a free port and waits until it listens. */
async function start(env: NodeJS.ProcessEnv = {}) {
  const child = run({ PORT: '0', ...env })
  after(() => child.kill('SIGKILL'))
  // Not 'exit', which may come before the last line has been read.
  const exit = once(child, 'close')
  const lines: Record<string, unknown>[] = []
  const reader = createInterface(child.stdout)
  reader.on('line', (line) => lines.push(JSON.parse(line)))
  const [listening] = await once(reader, 'line')
  const { address, control } = JSON.parse(listening)
  const [url, controlUrl] = [address, control].map(({ port }) => `http://127.0.0.1:${port}`)
  return { child, exit, lines, port: address.port, url: String(url), controlUrl }
}

async function startAndFail(env: NodeJS.ProcessEnv) {
  const child: ChildProcess = run(env)
  const [stderr, [exitCode]] = await Promise.all([
    text(child.stderr as NonNullable<typeof child.stderr>),
    once(child, 'exit'),
  ])
  return { exitCode, stderr: stderr.trimEnd().split('\n') }
}

test('a bad environment: every mistake on stderr, exit 2', async () => {
  const { exitCode, stderr } = await startAndFail({ PORT: 'x', SEED: 'y', TLS_KEY: 'z' })
  assert.equal(exitCode, 2)
  assert.deepEqual(
    stderr.map((line) => line.split(/[= ]/).slice(0, 2).join(' ')),
    ['server: PORT', 'server: SEED', 'server: TLS_CERT'],
  )
})

test('a certificate that can’t be read: exit 2, with the file’s name', async () => {
  const { exitCode, stderr } = await startAndFail({ TLS_CERT: '/none.crt', TLS_KEY: '/none.key' })
  assert.equal(exitCode, 2)
  assert.match(stderr.join('\n'), /TLS_CERT="\/none.crt": must be a file that can be read/)
  assert.match(stderr.join('\n'), /TLS_KEY="\/none.key": must be a file that can be read/)
})

test('a taken port: one line that says which and how to change it, exit 1', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const { exitCode, stderr } = await startAndFail({ PORT: String(port) })
  holder.close()
  assert.equal(exitCode, 1)
  assert.deepEqual(stderr, [
    `server: port ${port} on 127.0.0.1 is taken: stop what listens there, or set PORT to another, as in PORT=${port + 1}`,
  ])
})

test('a taken control port is named too', async () => {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  const { port } = holder.address() as { port: number }
  const { exitCode, stderr } = await startAndFail({ PORT: '0', CONTROL_PORT: String(port) })
  holder.close()
  assert.equal(exitCode, 1)
  assert.match(stderr.join(), new RegExp(`port ${port} on 127.0.0.1 is taken: .* set CONTROL_PORT`))
})

test('the control listener is there, on the loopback, and goes with the server', async () => {
  const { child, exit, lines, controlUrl } = await start({ HOST: '' })
  const control = lines[0]?.control as { address: string }
  assert.equal(control.address, '127.0.0.1')
  assert.equal((await fetch(`${controlUrl}/api/truth`)).status, 200)
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])
})

test('SIGTERM: not ready any more, idle connections closed, the request in flight finishes, exit 0', async () => {
  // The first delay of this seed is 1.4 s: time enough to look.
  const { child, exit, url, lines } = await start({ SEED: '1' })
  assert.equal((await fetch(`${url}/readyz`)).status, 200)
  const answer = fetch(`${url}/`)
  await untilInFlight(url)
  child.kill('SIGTERM')
  await untilNotReady(url)
  assert.equal((await ask(`${url}/ping`)).status, 503)
  const response = await answer
  assert.equal(response.status, 200)
  assert.match(await response.text(), /delayed by \d+ ms/)
  assert.deepEqual(await exit, [0, null])
  assert.equal(lines.at(-1)?.msg, 'all requests have finished')
})

test('SIGTERM without a request in flight: exit 0 although a client keeps its connection', async () => {
  const { child, exit, url } = await start({ DRAIN_SECONDS: '60' })
  await (await fetch(`${url}/ping`)).text()
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])
})

test('a request that takes longer than DRAIN_SECONDS is cut off and named, exit 0', async () => {
  const { child, exit, url, lines } = await start({ SEED: '1', DRAIN_SECONDS: '0' })
  const answer = fetch(`${url}/`)
  await untilInFlight(url)
  child.kill('SIGTERM')
  await assert.rejects(answer)
  assert.deepEqual(await exit, [0, null])
  assert.equal(lines.at(-1)?.cutOff, 1)
})

test('a second signal ends it at once', async () => {
  const { child, exit, url } = await start({ SEED: '1', DRAIN_SECONDS: '60' })
  const answer = fetch(`${url}/`)
  await untilInFlight(url)
  child.kill('SIGTERM')
  await untilNotReady(url)
  child.kill('SIGTERM')
  await assert.rejects(answer)
  assert.deepEqual(await exit, [128 + 15, null])
})

test('an access log line has the client’s address', async () => {
  const { child, exit, url, lines } = await start()
  await (await fetch(`${url}/ping`)).text()
  child.kill('SIGTERM')
  await exit
  const line = lines.find(({ msg }) => msg === 'request')
  assert.equal(line?.client, '127.0.0.1')
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('with a certificate and its key it speaks HTTPS', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-tls-'))
  after(() => rmSync(folder, { recursive: true }))
  const [cert, key] = [join(folder, 'lab.crt'), join(folder, 'lab.key')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-keyout', key, '-out', cert]
  const options = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', [...options, ...subject, ...files], { stdio: 'ignore' })

  const { child, exit, port } = await start({ TLS_CERT: cert, TLS_KEY: key })
  const agent = new https.Agent({ ca: readFileSync(cert) })
  const request = https.get({ host: '127.0.0.1', port, path: '/ping', agent })
  const [response] = await once(request, 'response')
  assert.deepEqual(JSON.parse(await text(response)), { message: 'pong' })
  child.kill('SIGTERM')
  assert.deepEqual(await exit, [0, null])

  writeFileSync(key, 'not a key')
  const { exitCode, stderr } = await startAndFail({ TLS_CERT: cert, TLS_KEY: key })
  assert.equal(exitCode, 2)
  assert.match(stderr.join('\n'), /must be a certificate and its key/)
})

/** Asks on a connection of its own: a kept one may be closed, rightly, just when it is used again. */
async function ask(url: string) {
  const [response] = await once(http.get(url, { agent: false }), 'response')
  return { status: response.statusCode, body: await text(response) }
}

async function untilInFlight(url: string) {
  // The scrape itself is the other one.
  const two = 'http_server_active_requests{http_request_method="GET"} 2'
  while (!(await ask(`${url}/metrics`)).body.includes(two));
}

async function untilNotReady(url: string) {
  while ((await ask(`${url}/readyz`)).status !== 503);
}
