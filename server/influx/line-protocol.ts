/** One point: what one line says. */
export type Point = {
  measurement: string
  tags: Readonly<Record<string, string>>
  /** A bigint is written as an integer, a number as a float: the database holds a field to its first type. */
  fields: Readonly<Record<string, number | bigint | string | boolean>>
  /** Since the epoch, in whole milliseconds: to be sent with `precision=ms`. */
  timestampMs: number
}

/**
 * Writes a point in InfluxDB's line protocol, without a line's end. Tags are in the order of their keys, as the
 * database keeps them; a tag without a value is left out, because there is no way to write one.
 * https://docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference/
 *
 * What the protocol can't say is changed as little as may be: a line break becomes a space, and a backslash at the end
 * of a name or a tag's value, or before what has to be escaped, is left out: InfluxDB takes two of them for a pair, and
 * what follows for the end of the name.
 *
 * @throws {RangeError} for a point without fields, and for a field or a time that is not finite
 */
export function lineOf({ measurement, tags, fields, timestampMs }: Point): string {
  const values = Object.entries(fields).map(([key, value]) => `${escapeKey(key)}=${fieldOf(value)}`)
  if (values.length === 0) throw new RangeError(`a point of ${measurement} has no fields`)
  if (!Number.isSafeInteger(timestampMs)) throw new RangeError(`${timestampMs} is no timestamp`)
  const tagged = Object.entries(tags)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `,${escapeKey(key)}=${escapeKey(value)}`)
  return `${escapeMeasurement(measurement)}${tagged.join('')} ${values.join(',')} ${timestampMs}`
}

function fieldOf(value: Point['fields'][string]): string {
  if (typeof value === 'bigint') return `${value}i`
  if (typeof value === 'string') return `"${oneLine(value).replace(/["\\]/g, '\\$&')}"`
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new RangeError(`${value} is no value of a field`)
  }
  return String(value)
}

/** Of tags and fields, and the values of tags: an equals sign would end a key. */
const escapeKey = (text: string) => named(text).replace(/\\*([,= ])/g, '\\$1')

const escapeMeasurement = (text: string) => named(text).replace(/\\*([, ])/g, '\\$1')

const named = (text: string) => oneLine(text).replace(/\\+$/, '')

const oneLine = (text: string) => text.replace(/\r\n|\r|\n/g, ' ')
