import { deflateSync } from 'node:zlib'
import { cellOf, type Histogram } from './histogram.ts'

export type Interval = {
  startedAt: Date
  durationSeconds: number
  responseTime: Histogram
  serviceTime: Histogram
}

/**
 * Both histograms of a run as an HdrHistogram log: a line each, tagged `response` and `service`, which
 * every reader of such logs takes (https://hdrhistogram.github.io/HdrHistogram/plotFiles.html among them).
 * Values are microseconds, as a comment in the log says. The format is that of HistogramLogWriter and
 * HistogramLogReader in https://github.com/HdrHistogram/HdrHistogram, version 1.3.
 */
export function hdrLog({ startedAt, durationSeconds, ...times }: Interval): string {
  const epochSeconds = (startedAt.getTime() / 1000).toFixed(3)
  const line = (tag: string, histogram: Histogram) => {
    const maxMs = histogram.count === 0 ? 0 : histogram.max / 1000
    const fields = ['0.000', durationSeconds.toFixed(3), maxMs.toFixed(3), encodeHdr(histogram)]
    return `Tag=${tag},${fields.join(',')}`
  }
  return [
    '#[Histogram log format version 1.3]',
    `#[StartTime: ${epochSeconds} (seconds since epoch), ${startedAt.toISOString()}]`,
    `#[BaseTime: ${epochSeconds} (seconds since epoch)]`,
    '#[Histogram values are in microseconds, Interval_Max is in milliseconds]',
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    line('response', times.responseTime),
    line('service', times.serviceTime),
    '',
  ].join('\n')
}

/**
 * A histogram in HdrHistogram's V2 compressed encoding, in base64: a cookie, the length, and by zlib the
 * header and the counts (AbstractHistogram.encodeIntoCompressedByteBuffer there). Its cells are those of
 * a Histogram from 1 to 2³² − 1 with 3 significant digits, so that nothing is converted. Extremes, sum and
 * mean are not in the encoding: a reader knows them as well as the cells are narrow.
 */
export function encodeHdr(histogram: Histogram): string {
  const counts = Buffer.from(encodedCounts(histogram))
  const header = Buffer.alloc(40)
  header.writeInt32BE(v2Cookie, 0)
  header.writeInt32BE(counts.length, 4)
  header.writeInt32BE(0, 8) // how far the counts are shifted
  header.writeInt32BE(3, 12) // significant digits
  header.writeBigInt64BE(1n, 16) // least value told from 0
  header.writeBigInt64BE(2n ** 32n - 1n, 24) // greatest value
  header.writeDoubleBE(1, 32) // what a unit is for a reader of fractions
  const compressed = deflateSync(Buffer.concat([header, counts]))
  const envelope = Buffer.alloc(8)
  envelope.writeInt32BE(v2CompressedCookie, 0)
  envelope.writeInt32BE(compressed.length, 4)
  return Buffer.concat([envelope, compressed]).toString('base64')
}

/** 0x10 says that words are of variable length. */
const v2Cookie = 0x1c849303 | 0x10
const v2CompressedCookie = 0x1c849304 | 0x10

/** Counts from the first cell to the last that has one; a run of empty cells is its length, negative. */
const encodedCounts = (histogram: Histogram): number[] => {
  const bytes: number[] = []
  let next = 0
  for (const { lowerUs, count } of histogram.cells()) {
    const index = cellOf(lowerUs)
    const empty = index - next
    if (empty > 0) pushZigZag(bytes, empty === 1 ? 0 : -empty)
    pushZigZag(bytes, count)
    next = index + 1
  }
  return bytes
}

/**
 * ZigZag (0, −1, 1, −2 … are 0, 1, 2, 3 …) in LEB128: seven bits a byte, the low ones first, the eighth bit
 * says that there is more. Whole numbers to 2⁵³; by division, because JavaScript's shifts end at 2³².
 */
const pushZigZag = (bytes: number[], value: number) => {
  let rest = value < 0 ? -2 * value - 1 : 2 * value
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}
