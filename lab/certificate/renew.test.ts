import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { issueServerCertificate } from './issue.ts'
import { goodUntil, renewCertificate, serverNames, tlsFiles } from './renew.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lab-certificate-'))
after(() => rmSync(scratch, { recursive: true }))

const DAY_MS = 86_400_000
const now = Date.now()

const newFolder = () => {
  const folder = join(mkdtempSync(join(scratch, 'lab-')), 'tls')
  const at = (file: keyof typeof tlsFiles) => join(folder, tlsFiles[file])
  const renew = (atMs = now, readableKey = false) =>
    renewCertificate({ folder, now: atMs, readableKey })
  return { folder, at, renew }
}

/** OpenSSL's verdict, by the strict rules of RFC 5280. */
const verify = (ca: string, certificate: string, ...options: string[]) => {
  const purpose = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', ca]
  const { status, stderr } = spawnSync('openssl', ['verify', ...purpose, ...options, certificate])
  return { trusted: status === 0, reason: String(stderr) }
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('OpenSSL finds the certificate sound, by its strict rules, for each name and address', () => {
  const { at, renew } = newFolder()
  renew()
  for (const name of serverNames) {
    const option = /^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname'
    const verdict = verify(at('authority'), at('certificate'), option, name)
    assert.ok(verdict.trusted, verdict.reason)
  }
  const other = verify(at('authority'), at('certificate'), '-verify_hostname', 'lab.example')
  assert.match(other.reason, /hostname mismatch/)
})

test('the authority vouches for the lab’s names alone, even when somebody else has its key', () => {
  const { folder, at, renew } = newFolder()
  renew()
  const key = createPrivateKey(readFileSync(at('authorityKey')))
  const dates = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + DAY_MS) }
  const authority = { name: 'Latency Lab CA', key }
  const forged = join(folder, 'forged.crt')
  for (const names of [['bank.example'], ['127.0.0.2'], ['::2'], ['localhost', 'bank.example']]) {
    writeFileSync(forged, issueServerCertificate({ name: 'x', key, names, authority, ...dates }))
    assert.match(verify(at('authority'), forged).reason, /permitted subtree violation/, `${names}`)
  }
  writeFileSync(
    forged,
    issueServerCertificate({ name: 'x', key, names: ['localhost'], authority, ...dates }),
  )
  assert.ok(verify(at('authority'), forged).trusted)
})

test('a certificate is for servers and no authority, the authority is no server', () => {
  const { at, renew } = newFolder()
  renew()
  const text = (file: string) => execFileSync('openssl', ['x509', '-in', file, '-noout', '-text'])
  assert.match(String(text(at('certificate'))), /CA:FALSE.*TLS Web Server Authentication/s)
  assert.match(String(text(at('authority'))), /CA:TRUE, pathlen:0.*Certificate Sign/s)
  assert.equal(new X509Certificate(readFileSync(at('certificate'))).ca, false)
})

test('it holds for 90 days from an hour ago, the authority for five years', () => {
  const { at, renew } = newFolder()
  const { notAfter, authorityNotAfter, newAuthority } = renew()
  const certificate = new X509Certificate(readFileSync(at('certificate')))
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000)
  assert.equal(seconds(certificate.validFromDate), Math.floor((now - 3_600_000) / 1000))
  assert.equal(seconds(certificate.validToDate), Math.floor((now + 90 * DAY_MS) / 1000))
  assert.equal(seconds(notAfter), seconds(certificate.validToDate))
  assert.equal(seconds(authorityNotAfter), Math.floor((now + 1825 * DAY_MS) / 1000))
  assert.equal(newAuthority, 'there was none')
})

test('again, the certificate and its key are new, and the authority is the same', () => {
  const { at, renew } = newFolder()
  renew()
  const read = () =>
    (['authorityKey', 'authority', 'key', 'certificate'] as const).map((file) =>
      String(readFileSync(at(file))),
    )
  const [caKey, ca, key, certificate] = read()
  assert.equal(renew().newAuthority, undefined)
  const [caKeyAfter, caAfter, keyAfter, certificateAfter] = read()
  assert.deepEqual([caKeyAfter, caAfter], [caKey, ca])
  assert.notEqual(keyAfter, key)
  assert.notEqual(certificateAfter, certificate)
  assert.ok(verify(at('authority'), at('certificate')).trusted)
})

test('an authority that would end before the certificate is made anew', () => {
  const { at, renew } = newFolder()
  renew()
  const first = new X509Certificate(readFileSync(at('authority'))).fingerprint256
  assert.equal(renew(now + (1825 - 91) * DAY_MS).newAuthority, undefined)
  const { newAuthority } = renew(now + (1825 - 89) * DAY_MS)
  assert.match(newAuthority ?? '', /^the one before ends \d{4}-\d\d-\d\d$/)
  assert.notEqual(new X509Certificate(readFileSync(at('authority'))).fingerprint256, first)
})

test('an authority that is damaged, or has another one’s key, is made anew, with the reason', () => {
  const { at, renew } = newFolder()
  const other = newFolder()
  renew()
  other.renew()
  writeFileSync(at('authorityKey'), readFileSync(other.at('authorityKey')))
  assert.equal(renew().newAuthority, 'its key is another one’s')
  writeFileSync(at('authority'), 'nonsense')
  assert.match(renew().newAuthority ?? '', /^the one before can’t be read \(/)
  assert.ok(verify(at('authority'), at('certificate')).trusted)
})

test('keys are for their owner alone, and so is the folder, whatever it was before and the umask is', () => {
  const { folder, at, renew } = newFolder()
  const umask = process.umask(0)
  renew()
  chmodSync(folder, 0o777)
  chmodSync(at('key'), 0o666)
  process.umask(0o077)
  renew()
  process.umask(umask)
  const modes = [folder, at('authorityKey'), at('key'), at('authority'), at('certificate')]
  assert.deepEqual(modes.map(modeOf), ['700', '600', '600', '644', '644'])
  // What a container sees by themselves.
  assert.deepEqual([modeOf(join(folder, 'trust')), modeOf(join(folder, 'server'))], ['755', '755'])
})

test('a certificate will do while it has a month left, its key, its authority, and a server that may read it', () => {
  const { folder, at, renew } = newFolder()
  const good = (days = 0, readableKey = false) =>
    goodUntil({ folder, now: now + days * DAY_MS, readableKey }) !== undefined
  assert.equal(good(), false)
  renew()
  assert.deepEqual([good(), good(59), good(61)], [true, true, false])
  assert.equal(good(0, true), false)
  renew(now, true)
  assert.deepEqual([good(0, true), good()], [true, true])
  const other = newFolder()
  other.renew()
  for (const file of ['key', 'authority'] as const) {
    renew()
    assert.equal(good(), true)
    writeFileSync(at(file), readFileSync(other.at(file)))
    assert.equal(good(), false, file)
  }
})

test('for a container the server’s key can be read by others, within the folder that is nobody else’s', () => {
  const { folder, at, renew } = newFolder()
  renew(now, true)
  assert.deepEqual([folder, at('authorityKey'), at('key')].map(modeOf), ['700', '600', '644'])
})
