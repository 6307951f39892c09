import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'node:tls'
import { root, runLoad, startPrometheus, startServer } from './processes.ts'
import { certificates, createClient } from './tls-parts.ts'

// The server as a process, with certificates as the lab makes them; clients that verify; a real Prometheus.
const scratch = mkdtempSync(join(tmpdir(), 'lab-tls-'))
after(() => rmSync(scratch, { recursive: true }))

const newCertificates = () => certificates(join(mkdtempSync(join(scratch, 'lab-')), 'tls'))

async function startSecure(context: TestContext, env: NodeJS.ProcessEnv = {}) {
  const files = newCertificates()
  const server = await startServer({ ...files.env, ...env })
  context.after(server.stop)
  const client = createClient(server.port, files.ca())
  const logged = () => server.log.map((line) => JSON.parse(line) as Record<string, unknown>)
  const untilLogged = async (message: RegExp) => {
    while (true) {
      const line = logged().find(({ msg }) => message.test(String(msg)))
      if (line) return line
      await sleep(10)
    }
  }
  const gauge = async (name: string) => {
    const { body } = await client.get('/metrics')
    return new RegExp(`^${name} (\\S+)$`, 'm').exec(body)?.[1]
  }
  return { files, server, client, gauge, logged, untilLogged }
}

test('a reload under load loses nothing: kept connections go on, new ones have the new certificate', async (context) => {
  const { files, server, client } = await startSecure(context, { LOG_LEVEL: 'info' })
  const known = [files.fingerprint()]
  let over = false
  context.after(() => {
    over = true
  })
  const lost: string[] = []
  const answers: (Awaited<ReturnType<typeof client.get>> & { kept: boolean; known: number })[] = []
  /** Ten who keep their connection, and ten who open one for each request. */
  const asking = Array.from({ length: 20 }, async (_, n) => {
    const kept = n < 10
    const own = kept ? createClient(server.port, files.ca(), { keepAlive: true }) : client
    while (!over) {
      const since = known.length
      try {
        const answer = await own.get(n % 2 === 0 ? '/ping' : '/metrics')
        answers.push({ ...answer, kept, known: since })
      } catch (error) {
        lost.push((error as Error).message)
        await sleep(5)
      }
    }
    if (kept) own.close()
  })
  const replaced = () => server.log.filter((line) => line.includes('read anew')).length
  for (let reload = 1; reload <= 5; reload++) {
    const enough = answers.length + 100
    while (answers.length < enough) await sleep(5)
    files.renew()
    process.kill(server.pid, 'SIGHUP')
    while (replaced() < reload) await sleep(5)
    known.push(files.fingerprint())
  }
  const enough = answers.length + 100
  while (answers.length < enough) await sleep(5)
  over = true
  await Promise.all(asking)

  assert.deepEqual(lost, [])
  assert.ok(answers.length >= 600, `${answers.length}`)
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
  // Each of the ten went through all five reloads on the one connection that it had.
  const kept = answers.filter((answer) => answer.kept)
  assert.equal(new Set(kept.map(({ connection }) => connection)).size, 10)
  assert.deepEqual(new Set(kept.map(({ fingerprint }) => fingerprint)), new Set([known[0]]))
  // Who connected after a reload was known to be over has no certificate from before it.
  const fresh = answers.filter((answer) => !answer.kept)
  assert.equal(new Set(fresh.map(({ fingerprint }) => fingerprint)).size, 6)
  const stale = fresh.filter(({ fingerprint = '', known: least }) => {
    const at = known.indexOf(fingerprint)
    return at !== -1 && at < least - 1
  })
  assert.deepEqual(stale, [])
})

test('the open loop loses no request to reloads either', async (context) => {
  const { files, server } = await startSecure(context)
  const load = runLoad([
    ...['--rate', '200', '--duration', '3s', '--metrics-port', '0', '--ca', files.at('authority')],
    `https://localhost:${server.port}/ping`,
  ])
  for (let reload = 0; reload < 5; reload++) {
    await sleep(500)
    files.renew()
    process.kill(server.pid, 'SIGHUP')
  }
  const { exitCode, result } = await load
  assert.equal(exitCode, 0)
  assert.ok(result.planned > 450, `${result.planned}`)
  assert.equal(result.ok, result.planned)
})

test('a client that takes a session up again does so until the reload, and then meets the new certificate', async (context) => {
  const { files, server, untilLogged } = await startSecure(context)
  let session: Buffer | undefined
  const isReused = async () => {
    const to = { host: '127.0.0.1', port: server.port, ca: files.ca() }
    const socket = connect({ ...to, ...(session && { session }) })
    socket.on('session', (ticket) => {
      session = ticket
    })
    await once(socket.resume(), 'secureConnect')
    const reused = socket.isSessionReused()
    // A ticket comes after the handshake, with the answer at the latest.
    socket.write('GET /ping HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n')
    await once(socket, 'close')
    return reused
  }
  assert.deepEqual([await isReused(), await isReused()], [false, true])
  files.renew()
  process.kill(server.pid, 'SIGHUP')
  await untilLogged(/read anew/)
  assert.deepEqual([await isReused(), await isReused()], [false, true])
})

test('a pair that is not right is named, the one before stays in force, and the gauges say so', async (context) => {
  const { files, server, client, gauge, logged, untilLogged } = await startSecure(context)
  const before = files.fingerprint()
  const notAfter = await gauge('tls_certificate_not_after_timestamp_seconds')
  assert.ok(Math.abs(Number(notAfter) - (Date.now() / 1000 + 90 * 86_400)) < 60, notAfter)
  assert.equal(await gauge('tls_certificate_last_reload_successful'), undefined)
  const key = readFileSync(files.at('key'))

  const wrong: [() => void, RegExp][] = [
    [
      () => writeFileSync(files.at('key'), 'nonsense'),
      /server\.key.*must be a certificate and its/,
    ],
    [() => rmSync(files.at('key')), /TLS_KEY=".*server\.key": must be a file that can be read/],
    [
      () => {
        files.renew()
        writeFileSync(files.at('key'), key)
      },
      /key values mismatch/,
    ],
    [() => files.renew(Date.now() - 91 * 86_400_000), /valid now, and it ended 20\d\d-/],
    [() => files.renew(Date.now() + 86_400_000), /valid now, and it is not valid before 20\d\d-/],
  ]
  const refusals = () => logged().filter(({ msg }) => /was not replaced/.test(String(msg)))
  for (const [n, [spoil, named]] of wrong.entries()) {
    spoil()
    process.kill(server.pid, 'SIGHUP')
    while (refusals().length <= n) await sleep(5)
    assert.match(String(refusals().at(-1)?.mistakes), named)
    assert.equal((await client.get('/ping')).fingerprint, before)
    assert.equal(await gauge('tls_certificate_last_reload_successful'), '0')
    assert.equal(await gauge('tls_certificate_not_after_timestamp_seconds'), notAfter)
  }

  files.renew()
  process.kill(server.pid, 'SIGHUP')
  await untilLogged(/read anew/)
  assert.equal((await client.get('/ping')).fingerprint, files.fingerprint())
  assert.equal(await gauge('tls_certificate_last_reload_successful'), '1')
})

test('a certificate that has ended: exit 2, with the date', async () => {
  const files = newCertificates()
  files.renew(Date.now() - 91 * 86_400_000)
  const env = { PATH: process.env.PATH, PORT: '0', CONTROL_PORT: '0', ...files.env }
  const child = spawn(process.execPath, [join(root, 'server/main.ts')], { env })
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.equal(exitCode, 2)
  assert.match(stderr, /^server: TLS_CERT=".*server\.crt": must be .* valid now, and it ended 20/)
})

test('it speaks HTTP/1.1 alone, over TLS 1.2 or 1.3', async (context) => {
  const { files, server, client } = await startSecure(context)
  const { alpn, protocol } = await client.get('/ping')
  assert.deepEqual([alpn, protocol], ['http/1.1', 'TLSv1.3'])
  const handshake = async (options: object) => {
    const to = { host: '127.0.0.1', port: server.port, ca: files.ca(), ...options }
    const socket = connect(to)
    context.after(() => socket.destroy())
    const { promise, resolve } = Promise.withResolvers<string | undefined>()
    socket.on('secureConnect', () => resolve(String(socket.getProtocol())))
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
    return promise
  }
  assert.equal(await handshake({ maxVersion: 'TLSv1.2' }), 'TLSv1.2')
  assert.equal(
    await handshake({ ALPNProtocols: ['h2'] }),
    'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
  )
  // The client's own OpenSSL is to offer what it usually would not.
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }
  assert.equal(await handshake(old), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
})

test('who speaks plain HTTP to it is named in the log', async (context) => {
  const { server, untilLogged } = await startSecure(context)
  const plain = http.get(`http://127.0.0.1:${server.port}/ping`)
  await assert.rejects(once(plain, 'response'))
  const line = await untilLogged(/spoke http: to this port, which speaks https: alone/)
  assert.deepEqual([line.level, line.client, line.reason], ['warn', '127.0.0.1', 'http request'])
})

test('Prometheus verifies the certificate, and with another authority the scrape fails and says why', async (context) => {
  const { files, server, untilLogged } = await startSecure(context)
  const target = async (ca: string) => {
    const targets = { server: server.port, loadgen: 9 }
    const prometheus = await startPrometheus(targets, { scrapeSeconds: 1, ca })
    context.after(prometheus.stop)
    while (true) {
      const response = await fetch(`${prometheus.url}/api/v1/targets?state=active`)
      const { data } = (await response.json()) as {
        data: { activeTargets: { scrapePool: string; health: string; lastError: string }[] }
      }
      const found = data.activeTargets.find(({ scrapePool }) => scrapePool === 'httpserver')
      if (found && found.health !== 'unknown') return found
      await sleep(50)
    }
  }
  const [trusting, stranger] = await Promise.all([
    target(files.at('authority')),
    target(newCertificates().at('authority')),
  ])
  assert.deepEqual([trusting.health, trusting.lastError], ['up', ''])
  assert.equal(stranger.health, 'down')
  assert.match(stranger.lastError, /x509: certificate signed by unknown authority/)
  // Go says bad certificate, or unknown authority: it depends on its version.
  const { client } = await untilLogged(/a TLS handshake failed/)
  assert.equal(client, '127.0.0.1')
})

test('the load generator refuses a certificate that nobody vouches for, and names --ca', async (context) => {
  const { files, server } = await startSecure(context)
  const run = async (url: string, env: NodeJS.ProcessEnv, ...options: string[]) => {
    const args = ['--requests', '5', '--rate', '100', '--metrics-port', '0', '--no-progress']
    const child = spawn(
      process.execPath,
      [join(root, 'loadgen/main.ts'), ...args, ...options, url],
      { env: { PATH: process.env.PATH, ...env } },
    )
    child.stdout.resume()
    const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    return { exitCode, stderr }
  }
  const url = `https://localhost:${server.port}/ping`
  const refused = await run(url, {})
  assert.equal(refused.exitCode, 4)
  assert.match(
    refused.stderr,
    /certificate is not trusted; --ca FILE names one that vouches for it/,
  )
  assert.equal((await run(url, { LOADGEN_CA: files.at('authority') })).exitCode, 0)
  assert.equal((await run(url, {}, '--ca', files.at('authority'))).exitCode, 0)
  // What the environment says of https: is nothing to an http: URL.
  const plain = await run('http://127.0.0.1:9/', { LOADGEN_CA: '/none' })
  assert.match(plain.stderr, /ECONNREFUSED/)
  const missing = await run(url, { LOADGEN_CA: '/none' })
  assert.equal(missing.exitCode, 2)
  assert.match(missing.stderr, /\/none: there is no such file/)
})

test('the console starts a run against its own server over HTTPS, where it is told whom to trust', async (context) => {
  const { server } = await startSecure(context)
  const start = () =>
    fetch(`${server.controlUrl}/api/run`, {
      method: 'POST',
      body: JSON.stringify({ durationSeconds: 1 }),
    })
  assert.equal((await start()).status, 200)
  while (true) {
    const live = await (await fetch(`${server.controlUrl}/api/live`)).json()
    const { run } = live as { run: { state: string; exitCode: number; result: { ok: number } } }
    if (run.state === 'ended') {
      assert.deepEqual([run.exitCode, run.result.ok > 0], [0, true])
      break
    }
    await sleep(50)
  }
})
