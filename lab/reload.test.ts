import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { renewCertificate, tlsFiles } from './certificate/renew.ts'
import { reload } from './reload.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lab-reload-'))
after(() => rmSync(scratch, { recursive: true }))

/** A server with a certificate, and what a reload of it says; `onSignal` is what the server makes of the signal. */
async function serve(context: TestContext) {
  const folder = mkdtempSync(join(scratch, 'tls-'))
  const at = (file: keyof typeof tlsFiles) => join(folder, tlsFiles[file])
  const renew = () => renewCertificate({ folder, now: Date.now(), readableKey: false })
  const pair = () => ({ cert: readFileSync(at('certificate')), key: readFileSync(at('key')) })
  renew()
  const server = createServer(pair())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  context.after(() => server.close())
  const files = { certFile: at('certificate'), keyFile: at('key'), caFile: at('authority') }
  const run = async (onSignal: () => void) => {
    const said: string[] = []
    const say = (text: string) => said.push(text)
    let time = 0
    const exitCode = await reload({
      server: { pid: 1, port: (server.address() as AddressInfo).port, ...files },
      signal: onSignal,
      ...{ out: say, err: say },
      now: () => time,
      sleep: async (ms) => {
        time += ms
      },
    })
    return { exitCode, said: said.join('') }
  }
  return { at, renew, run, takeIt: () => server.setSecureContext(pair()) }
}

test('a server that takes the new certificate is believed when a new client has met it', async (context) => {
  const { renew, run, takeIt } = await serve(context)
  renew()
  const { exitCode, said } = await run(takeIt)
  assert.equal(exitCode, 0)
  assert.match(said, /^New clients get the certificate that is in /)
})

test('one that does not is given ten seconds, and named', async (context) => {
  const { renew, run } = await serve(context)
  renew()
  const { exitCode, said } = await run(() => {})
  assert.equal(exitCode, 1)
  assert.match(said, /new clients don't get the certificate .* \(but ([0-9A-F]{2}:){31}/)
  assert.match(said, /the one before stays in force, and make logs has why/)
})

test('after a new authority the old certificate is no answer, and the new one is', async (context) => {
  const { at, renew, run, takeIt } = await serve(context)
  rmSync(at('authorityKey'))
  renew()
  assert.match((await run(() => {})).said, /\(but UNABLE_TO_VERIFY_LEAF_SIGNATURE\)/)
  assert.equal((await run(takeIt)).exitCode, 0)
})

test('a pair that is none is not tried', async (context) => {
  const { at, run } = await serve(context)
  writeFileSync(at('key'), 'nonsense')
  let signals = 0
  const { exitCode, said } = await run(() => {
    signals += 1
  })
  assert.deepEqual([exitCode, signals], [1, 0])
  assert.match(said, /was not asked to read .*server\.crt and .*server\.key: /)
})
