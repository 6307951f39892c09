import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from './config.ts'
import { readTls } from './tls.ts'

const scratch = mkdtempSync(join(tmpdir(), 'server-tls-'))
after(() => rmSync(scratch, { recursive: true }))

const pair = (name: string, days: number) => {
  const files = { certFile: join(scratch, `${name}.crt`), keyFile: join(scratch, `${name}.key`) }
  const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const subject = ['-subj', '/CN=lab', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:lab']
  const output = ['-days', String(days), '-keyout', files.keyFile, '-out', files.certFile]
  execFileSync('openssl', ['req', '-x509', ...kind, ...subject, ...output], { stdio: 'ignore' })
  return files
}
const long = pair('long', 30)
const short = pair('short', 2)

const DAY_MS = 86_400_000

const mistakesOf = (files: typeof long, now = Date.now()) => {
  try {
    readTls(files, now)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.mistakes
  }
  return []
}

test('a certificate says whom it is for and when it ends, to the second', () => {
  const { names, notAfter } = readTls(long, Date.now())
  assert.equal(names, 'IP Address:127.0.0.1, DNS:lab')
  const text = execFileSync('openssl', ['x509', '-in', long.certFile, '-noout', '-enddate'])
  assert.equal(notAfter.getTime(), Date.parse(String(text).replace('notAfter=', '')))
})

test('of a chain, the end is that of the first to end', () => {
  const both = join(scratch, 'chain.crt')
  const cat = (...files: string[]) => files.map((file) => execFileSync('cat', [file])).join('')
  writeFileSync(both, cat(long.certFile, short.certFile))
  const { notAfter } = readTls({ ...long, certFile: both }, Date.now())
  assert.deepEqual(notAfter, readTls(short, Date.now()).notAfter)
})

test('a certificate that has ended, or has not begun, is a mistake that has the date in it', () => {
  const [ended] = mistakesOf(short, Date.now() + 3 * DAY_MS)
  assert.match(
    ended ?? '',
    /^TLS_CERT=".*short\.crt": must be a certificate that is valid now, and it ended 20\d\d-/,
  )
  const [early] = mistakesOf(short, Date.now() - DAY_MS)
  assert.match(early ?? '', /valid now, and it is not valid before 20\d\d-\d\d-\d\dT/)
})

test('a key of another certificate, and files without one in PEM, are mistakes', () => {
  const [other] = mistakesOf({ ...long, keyFile: short.keyFile })
  assert.match(
    other ?? '',
    /short\.key": must be a certificate and its key \(.*key values mismatch/,
  )
  const [swapped] = mistakesOf({ certFile: long.keyFile, keyFile: long.certFile })
  assert.match(
    swapped ?? '',
    /must be a certificate and its key \(no certificate in PEM is in it\)/,
  )
})

test('files that can’t be read are both named', () => {
  const mistakes = mistakesOf({ certFile: join(scratch, 'a'), keyFile: scratch })
  assert.match(mistakes[0] ?? '', /^TLS_CERT=".*a": must be a file that can be read \(ENOENT/)
  assert.match(mistakes[1] ?? '', /^TLS_KEY=".*": must be a file that can be read \(EISDIR/)
})
