import assert from 'node:assert/strict'
import { test } from 'node:test'
import { integer, objectIdentifier, octetString, time } from './der.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a whole number has no zeros in front, and one where its highest bit would be a sign', () => {
  assert.equal(hex(integer(Buffer.from([0, 0, 1]))), '020101')
  assert.equal(hex(integer(Buffer.from([0x80]))), '02020080')
  assert.equal(hex(integer(Buffer.from([0]))), '020100')
})

test('a length above 127 has a count of its bytes in front', () => {
  assert.equal(hex(octetString(Buffer.alloc(127))).slice(0, 4), '047f')
  assert.equal(hex(octetString(Buffer.alloc(128))).slice(0, 6), '048180')
  assert.equal(hex(octetString(Buffer.alloc(300))).slice(0, 8), '0482012c')
})

test('an object identifier’s first two numbers share a byte, the others have 7 bits in each', () => {
  // RSA Data Security, the example of https://en.wikipedia.org/wiki/X.690
  assert.equal(hex(objectIdentifier('1.2.840.113549')), '06062a864886f70d')
})

test('a year before 2050 has two digits, a later one four', () => {
  assert.equal(time(new Date('2049-12-31T23:59:59Z')).subarray(2).toString(), '491231235959Z')
  assert.equal(time(new Date('2050-01-01T00:00:00Z')).subarray(2).toString(), '20500101000000Z')
})
