import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { issueAuthority, issueServerCertificate } from './issue.ts'

/** All that reaches the lab's server: from this machine, from a container by way of the host, from Compose' network. */
export const serverNames = ['localhost', '127.0.0.1', '::1', 'host.docker.internal', 'server']

/** Where each file is, below the lab's folder for TLS; containers see the two folders, and not the authority's key. */
export const tlsFiles = {
  authorityKey: 'ca.key',
  authority: join('trust', 'ca.crt'),
  key: join('server', 'server.key'),
  certificate: join('server', 'server.crt'),
}

export type RenewOptions = {
  folder: string
  /** Milliseconds since the epoch. */
  now: number
  /** May every user who reaches the file read the server's key? In a container the server is another user. */
  readableKey: boolean
}

export type Renewed = {
  /** Why the authority is a new one; undefined where the one that was there is kept. */
  newAuthority: string | undefined
  authorityNotAfter: Date
  notAfter: Date
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Long enough for a course, short enough that renewing is no rarity. */
const CERTIFICATE_DAYS = 90

/** With fewer left, a lab that starts takes a new one. */
const LEAST_DAYS = 30

/** Trust is given to it by hand, so it is to last. */
const AUTHORITY_DAYS = 5 * 365

/** A container's or a virtual machine's clock may be behind this one's. */
const BACKDATED_MS = 60 * 60 * 1000

const AUTHORITY_NAME = 'Latency Lab CA'

/**
 * Makes a new key and certificate for the lab's server. The authority that signs it is kept, so that who trusts it
 * needn't be told again, unless there is none, it is damaged, or it ends before the certificate would.
 *
 * @throws what the file system says
 */
export function renewCertificate({ folder, now, readableKey }: RenewOptions): Renewed {
  const at = (file: keyof typeof tlsFiles) => join(folder, tlsFiles[file])
  const notBefore = new Date(now - BACKDATED_MS)
  const notAfter = new Date(now + CERTIFICATE_DAYS * DAY_MS)
  // This one is for its owner alone: whatever the modes below it are, nobody else gets there.
  makeFolder(folder, 0o700)
  // A container sees these by themselves, as another user.
  for (const file of ['authority', 'certificate'] as const) makeFolder(dirname(at(file)), 0o755)

  const found = readAuthority(at('authorityKey'), at('authority'), notAfter)
  const authority = typeof found === 'string' ? newAuthority() : found
  const key = newKey()
  const certificate = issueServerCertificate({
    name: 'Latency Lab server',
    names: serverNames,
    authority: { name: AUTHORITY_NAME, key: authority.key },
    ...{ key, notBefore, notAfter },
  })
  write(at('key'), pemOf(key), readableKey ? 0o644 : 0o600)
  write(at('certificate'), certificate, 0o644)
  return {
    newAuthority: typeof found === 'string' ? found : undefined,
    authorityNotAfter: authority.certificate.validToDate,
    notAfter,
  }

  function newAuthority(): Authority {
    const key = newKey()
    const ends = new Date(now + AUTHORITY_DAYS * DAY_MS)
    const names = serverNames
    const pem = issueAuthority({ name: AUTHORITY_NAME, key, names, notBefore, notAfter: ends })
    write(at('authorityKey'), pemOf(key), 0o600)
    write(at('authority'), pem, 0o644)
    return { key, certificate: new X509Certificate(pem) }
  }
}

/**
 * Until when the certificate that is there will do: it has a month left at least, its own key and the authority that
 * is there, and the server may read it. Undefined where it won't, or there is none.
 */
export function goodUntil({ folder, now, readableKey }: RenewOptions): Date | undefined {
  const read = (file: keyof typeof tlsFiles) => readFileSync(join(folder, tlsFiles[file]))
  try {
    const certificate = new X509Certificate(read('certificate'))
    const { validToDate } = certificate
    const sound =
      certificate.checkPrivateKey(createPrivateKey(read('key'))) &&
      certificate.verify(new X509Certificate(read('authority')).publicKey) &&
      validToDate.getTime() > now + LEAST_DAYS * DAY_MS
    const othersMayRead = (statSync(join(folder, tlsFiles.key)).mode & 0o004) !== 0
    return sound && (othersMayRead || !readableKey) ? validToDate : undefined
  } catch {
    return undefined
  }
}

type Authority = { key: KeyObject; certificate: X509Certificate }

/** The authority that is there, or why it can't be used. */
function readAuthority(keyFile: string, file: string, until: Date): Authority | string {
  try {
    const key = createPrivateKey(readFileSync(keyFile))
    const certificate = new X509Certificate(readFileSync(file))
    if (!certificate.checkPrivateKey(key)) return 'its key is another one’s'
    const { validToDate } = certificate
    if (validToDate < until) return `the one before ends ${validToDate.toISOString().slice(0, 10)}`
    return { key, certificate }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'there was none' : `the one before can’t be read (${message})`
  }
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey

const pemOf = (key: KeyObject) => String(key.export({ type: 'pkcs8', format: 'pem' }))

/** Whatever the umask is, and whoever made it before. */
function makeFolder(path: string, mode: number) {
  mkdirSync(path, { recursive: true, mode })
  chmodSync(path, mode)
}

/** Whole, or not at all: somebody may be reading it. */
function write(file: string, text: string, mode: number) {
  writeFileSync(`${file}.new`, text, { mode })
  chmodSync(`${file}.new`, mode)
  renameSync(`${file}.new`, file)
}
