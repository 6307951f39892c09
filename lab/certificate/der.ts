// The few shapes of DER that a certificate is made of: ITU-T X.690, https://www.itu.int/rec/T-REC-X.690.

/** A value with its tag and length in front. */
export function tagged(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.from([tag]), lengthOf(content), content])
}

export const sequence = (...contents: Uint8Array[]) => tagged(0x30, ...contents)

export const set = (...contents: Uint8Array[]) => tagged(0x31, ...contents)

/** An explicit tag, which wraps a value. */
export const explicit = (number: number, content: Uint8Array) => tagged(0xa0 | number, content)

/** An implicit tag of bytes, which takes the place of the value's own. */
export const implicit = (number: number, content: Uint8Array) => tagged(0x80 | number, content)

export const yes = tagged(0x01, Buffer.from([0xff]))

/**
 * A whole number that is not negative.
 *
 * @param bytes most significant first, at least one
 */
export function integer(bytes: Uint8Array): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0)
  const least = first === -1 ? Buffer.from([0]) : Buffer.from(bytes.subarray(first))
  // The highest bit would be a sign.
  return tagged(0x02, (least[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), least]) : least)
}

/** @param unused how many bits at the end don't count, 0 to 7 */
export const bitString = (bytes: Uint8Array, unused = 0) =>
  tagged(0x03, Buffer.from([unused]), bytes)

export const octetString = (bytes: Uint8Array) => tagged(0x04, bytes)

export const utf8 = (text: string) => tagged(0x0c, Buffer.from(text))

/** @param dotted such as `2.5.29.17`; its first two numbers share a byte, the others have 7 bits in each */
export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** To the second: with two digits for a year before 2050, with four after it (RFC 5280, 4.1.2.5). */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().replace(/\D/g, '').slice(0, 14)}Z`
  return date.getUTCFullYear() < 2050
    ? tagged(0x17, Buffer.from(digits.slice(2)))
    : tagged(0x18, Buffer.from(digits))
}

function lengthOf({ length }: Uint8Array): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const bytes = base256(length)
  return Buffer.from([0x80 | bytes.length, ...bytes])
}

function base256(value: number): number[] {
  return value < 256 ? [value] : [...base256(Math.floor(value / 256)), value % 256]
}

function base128(value: number): number[] {
  const low = value & 0x7f
  return value < 128 ? [low] : [...base128(value >> 7).map((byte) => byte | 0x80), low]
}
