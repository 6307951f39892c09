import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { tlsFiles } from '../lab/certificate/renew.ts'
import { createPrometheus } from '../lab/prometheus.ts'
import { nativeLab } from './native-lab.ts'
import { prometheusBinaries, runLoad } from './processes.ts'
import { createClient } from './tls-parts.ts'

// The lab without Docker, over HTTPS: its real verbs, from no certificate at all to a new one under way.
const directory = mkdtempSync(join(tmpdir(), 'lab-tls-native-'))
await prometheusBinaries()
const lab = await nativeLab(directory, { LAB_TLS: 'on' })
after(async () => {
  await lab.run(['down'])
  rmSync(directory, { recursive: true })
})

const at = (file: keyof typeof tlsFiles) => join(directory, 'tls', tlsFiles[file])

test('from no certificate to one that is replaced while the lab runs', async () => {
  const without = await lab.run(['up'])
  assert.equal(without.exitCode, 1)
  assert.match(without.stderr, /LAB_TLS=on, and there is no .*server\.crt: make certificate makes/)

  const made = await lab.run(['certificate'])
  assert.equal(made.exitCode, 0, made.stderr)
  assert.match(made.stdout, /^A new authority, because there was none: .*ca\.crt, until \d{4}-/)
  assert.match(made.stdout, /certificate for localhost, 127\.0\.0\.1, ::1, host\.docker\.internal/)

  const up = await lab.run(['up'])
  assert.equal(up.exitCode, 0, up.stderr)
  assert.match(up.stdout, new RegExp(`server {6}https://localhost:${lab.ports.server}\n`))
  const client = createClient(lab.ports.server, readFileSync(at('authority'), 'utf8'))
  const { fingerprint } = await client.get('/ping')
  const prometheus = createPrometheus(lab.prometheusUrl)
  while ((await prometheus.query('up{job="httpserver"} == 1')).length === 0) await sleep(100)

  const pid = lab.pidOf('server')
  assert.match((await lab.run(['certificate'])).stdout, /^The authority is kept/)
  const { stdout: kept } = await lab.run(['certificate', '--if-needed'])
  assert.match(kept, /^The certificate is good until \d{4}-\d\d-\d\d: .*server\.crt\n$/)
  const reloaded = await lab.run(['reload'])
  assert.equal(reloaded.exitCode, 0, reloaded.stderr)
  assert.match(reloaded.stdout, /^New clients get the certificate that is in .*server\.crt; conn/)
  assert.notEqual((await client.get('/ping')).fingerprint, fingerprint)
  assert.equal(lab.pidOf('server'), pid)

  writeFileSync(at('key'), 'nonsense')
  const refused = await lab.run(['reload'])
  assert.equal(refused.exitCode, 1)
  assert.match(refused.stderr, /was not asked to read .*server\.key: /)
  assert.equal((await client.get('/ping')).status, 200)

  const options = ['--requests', '20', '--rate', '100', '--metrics-port', '0']
  const load = await runLoad([
    ...options,
    '--ca',
    at('authority'),
    `https://localhost:${lab.ports.server}/ping`,
  ])
  assert.equal(load.result.ok, 20)
})

test('a server that speaks http: is not asked to reload: the signal would end it', async () => {
  const up = await lab.run(['up'], { LAB_TLS: 'off' })
  assert.equal(up.exitCode, 0, up.stderr)
  const { exitCode, stderr } = await lab.run(['reload'])
  assert.equal(exitCode, 1)
  assert.match(stderr, /no server with TLS runs here: make up LAB_TLS=on starts one/)
  assert.equal((await fetch(`${lab.serverUrl}/ping`)).status, 200)
})
