import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { isIPv6 } from 'node:net'
import {
  bitString,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8,
  yes,
} from './der.ts'

/** From when to when a certificate holds, to the second. */
export type Validity = { notBefore: Date; notAfter: Date }

export type AuthorityOptions = Validity & {
  name: string
  /** The private key, on P-256. */
  key: KeyObject
  /** The only names and addresses that it may vouch for, and names below these. */
  names: readonly string[]
}

export type ServerCertificateOptions = Validity & {
  name: string
  /** The server's key; the public half is enough. */
  key: KeyObject
  /** Names and addresses that it is for. */
  names: readonly string[]
  authority: { name: string; key: KeyObject }
}

/**
 * Makes the certificate of an authority, signed by itself, as PEM. It may vouch for servers with the given names
 * and for nothing else in the world, so that whoever trusts it risks no more than these, even if its key is lost.
 *
 * X.509 as of RFC 5280: https://www.rfc-editor.org/rfc/rfc5280
 */
export function issueAuthority({ name, key, names, ...validity }: AuthorityOptions): string {
  const bases = names.map((each) => generalName(each, maskedAddress))
  const permitted = bases.map((base) => sequence(base))
  return issue({
    ...{ subject: name, issuer: name, key, signer: key, ...validity },
    extensions: [
      // No further authority below it.
      critical('2.5.29.19', sequence(yes, integer(Buffer.from([0])))),
      critical('2.5.29.15', keyUsage([5, 6])),
      extension('2.5.29.37', sequence(serverAuthentication)),
      extension('2.5.29.14', octetString(keyIdentifier(key))),
      critical('2.5.29.30', sequence(tagged(0xa0, ...permitted))),
    ],
  })
}

/** Makes the certificate of a server, signed by an authority, as PEM. */
export function issueServerCertificate({
  name,
  key,
  names,
  authority,
  ...validity
}: ServerCertificateOptions): string {
  return issue({
    ...{ subject: name, issuer: authority.name, key, signer: authority.key, ...validity },
    extensions: [
      critical('2.5.29.19', sequence()),
      critical('2.5.29.15', keyUsage([0])),
      extension('2.5.29.37', sequence(serverAuthentication)),
      extension('2.5.29.14', octetString(keyIdentifier(key))),
      extension('2.5.29.35', sequence(implicit(0, keyIdentifier(authority.key)))),
      extension('2.5.29.17', sequence(...names.map((each) => generalName(each, addressBytes)))),
    ],
  })
}

type Issue = Validity & {
  subject: string
  issuer: string
  key: KeyObject
  signer: KeyObject
  extensions: Buffer[]
}

const serverAuthentication = objectIdentifier('1.3.6.1.5.5.7.3.1')

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))

/** RFC 5280, 4.1: what is signed, how, and the signature. */
function issue({ subject, issuer, key, signer, notBefore, notAfter, extensions }: Issue): string {
  const toBeSigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    distinguishedName(issuer),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(subject),
    publicKeyInfo(key),
    explicit(3, sequence(...extensions)),
  )
  const signature = sign('sha256', toBeSigned, signer)
  const certificate = sequence(toBeSigned, ecdsaWithSha256, bitString(signature))
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const distinguishedName = (commonName: string) =>
  sequence(set(sequence(objectIdentifier('2.5.4.3'), utf8(commonName))))

const extension = (id: string, value: Buffer) => sequence(objectIdentifier(id), octetString(value))

/** Who does not know it must refuse the certificate. */
const critical = (id: string, value: Buffer) =>
  sequence(objectIdentifier(id), yes, octetString(value))

/** Of bits 0 to 7, the first is the highest; zeros at the end don't count. */
const keyUsage = (bits: number[]) => {
  const byte = bits.reduce((sum, bit) => sum | (0x80 >> bit), 0)
  return bitString(Buffer.from([byte]), 7 - Math.max(...bits))
}

const publicKeyInfo = (key: KeyObject) =>
  (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' })

/** Any hash of the public key would do: RFC 5280, 4.2.1.2. */
const keyIdentifier = (key: KeyObject) =>
  createHash('sha256').update(publicKeyInfo(key)).digest().subarray(0, 20)

/** RFC 5280, 4.2.1.6: a name has the tag 2, an address the tag 7. */
const generalName = (name: string, bytesOf: (address: string) => Buffer) =>
  /^[\d.]+$|:/.test(name) ? implicit(7, bytesOf(name)) : implicit(2, Buffer.from(name))

/** A range of addresses that has this one alone in it: RFC 5280, 4.2.1.10. */
const maskedAddress = (address: string) => {
  const bytes = addressBytes(address)
  return Buffer.concat([bytes, Buffer.alloc(bytes.length, 0xff)])
}

/** 4 bytes, or 16. */
const addressBytes = (address: string): Buffer => {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const groups = (text: string) => text.split(':').filter(Boolean)
  const zeros = Array(8 - groups(head).length - groups(tail).length).fill('0')
  const all = [...groups(head), ...zeros, ...groups(tail)]
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
