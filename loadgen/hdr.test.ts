import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { build, decodeFromCompressedBase64, HistogramLogReader, listTags } from 'hdr-histogram-js'
import { encodeHdr, hdrLog } from './hdr.ts'
import { Histogram } from './histogram.ts'

const filled = (valuesUs: number[]) => {
  const histogram = new Histogram()
  for (const value of valuesUs) histogram.record(value)
  return histogram
}

/** Small and large alike, since each power of two has cells of another width. */
const value = fc.oneof(
  fc.integer({ min: 0, max: 5000 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.integer({ min: 0, max: 31 }).map((bits) => 2 ** bits),
  fc.integer({ min: 1, max: 31 }).map((bits) => 2 ** bits - 1),
)
const values = fc.array(value, { minLength: 1, maxLength: 300 })

/** What HdrHistogram's own implementation makes of the same values. */
const theirs = (valuesUs: number[]) => {
  const histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 32 - 1,
    numberOfSignificantValueDigits: 3,
  })
  for (const value of valuesUs) histogram.recordValue(value)
  return histogram
}

test('what is written is read back by hdr-histogram-js with equal counts and quantiles', () => {
  fc.assert(
    fc.property(values, (valuesUs) => {
      const ours = filled(valuesUs)
      const read = decodeFromCompressedBase64(encodeHdr(ours), 64)
      assert.equal(read.totalCount, ours.count)
      for (const q of [0.001, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1]) {
        // They give the end of a cell, also where the greatest value of all is known to be less.
        const value = ours.quantile(q)
        const cell = [...ours.cells()].find(({ upperUs }) => value <= upperUs)
        assert.equal(read.getValueAtPercentile(q * 100), cell?.upperUs, `quantile ${q}`)
      }
    }),
  )
})

test('what hdr-histogram-js writes of the same values is the same, count by count', () => {
  fc.assert(
    fc.property(values, (valuesUs) => {
      const [ours, others] = [encodeHdr(filled(valuesUs)), theirs(valuesUs)].map((histogram) => {
        const text = typeof histogram === 'string' ? histogram : base64Of(histogram)
        return inflateSync(Buffer.from(text, 'base64').subarray(8))
      }) as [Buffer, Buffer]
      // Cookie, length, digits, least and greatest value; not the two fields that their reader passes over.
      const told = (bytes: Buffer) => [
        bytes.subarray(0, 8),
        bytes.subarray(12, 32),
        bytes.subarray(40),
      ]
      assert.deepEqual(told(ours), told(others))
    }),
  )
})

const base64Of = (histogram: ReturnType<typeof theirs>) =>
  (histogram as unknown as { encodeIntoCompressedBase64(): string }).encodeIntoCompressedBase64()

test('a histogram of nothing is read back as one of nothing', () => {
  assert.equal(decodeFromCompressedBase64(encodeHdr(new Histogram()), 64).totalCount, 0)
})

test('counts beyond 32 bits are kept', () => {
  const histogram = filled([5, 5, 1000])
  for (let n = 0; n < 40; n++) histogram.add(structuredAgain(histogram))
  const read = decodeFromCompressedBase64(encodeHdr(histogram), 64)
  assert.equal(read.totalCount, 3 * 2 ** 40)
  assert.equal(read.getValueAtPercentile(50), 5)
})

const structuredAgain = (histogram: Histogram) => {
  const copy = new Histogram()
  copy.add(histogram)
  return copy
}

const interval = {
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  durationSeconds: 10.5,
  responseTime: filled([1500, 2500, 3500]),
  serviceTime: filled([500, 600]),
}

test('the log has an interval for each of the two times, with when it began and how long it lasted', () => {
  const log = hdrLog(interval)
  assert.deepEqual(listTags(log), ['response', 'service'])
  const reader = new HistogramLogReader(log, 64)
  const [response, service] = [reader.nextIntervalHistogram(), reader.nextIntervalHistogram()]
  assert.equal(reader.nextIntervalHistogram(), null)
  assert.equal(response?.tag, 'response')
  assert.equal(response?.totalCount, 3)
  assert.equal(response?.startTimeStampMsec, interval.startedAt.getTime())
  assert.equal(response?.endTimeStampMsec, interval.startedAt.getTime() + 10_500)
  assert.equal(service?.tag, 'service')
  assert.equal(service?.getValueAtPercentile(50), 500)
})

test('the log says its version and its unit', () => {
  const lines = hdrLog(interval).split('\n')
  assert.equal(lines[0], '#[Histogram log format version 1.3]')
  assert.equal(
    lines[1],
    '#[StartTime: 1767323045.678 (seconds since epoch), 2026-01-02T03:04:05.678Z]',
  )
  assert.match(lines[3] ?? '', /values are in microseconds/)
  assert.match(lines[5] ?? '', /^Tag=response,0\.000,10\.500,3\.500,HISTFAAAA/)
  assert.match(lines[6] ?? '', /^Tag=service,0\.000,10\.500,0\.600,HISTFAAAA/)
  assert.equal(lines.at(-1), '')
})

test('a log of nothing has two empty intervals', () => {
  const nothing = { responseTime: new Histogram(), serviceTime: new Histogram() }
  const reader = new HistogramLogReader(hdrLog({ ...interval, ...nothing }), 64)
  assert.equal(reader.nextIntervalHistogram()?.totalCount, 0)
})
