import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatBound,
  formatError,
  formatMany,
  formatNumber,
  formatRate,
  formatSeconds,
  formatShare,
  unbroken,
} from './format.ts'

const rows: [words: string, actual: string, expected: string][] = [
  ['a time has its unit and three digits', formatSeconds(0.0123), '12.3 ms'],
  ['below a millisecond', formatSeconds(0.000512), '512 µs'],
  ['from a second up', formatSeconds(1.975), '1.98 s'],
  ['what rounds up to the next unit is of that', formatSeconds(0.99951), '1.00 s'],
  ['zeros at the end are digits, too', formatSeconds(0.25), '250 ms'],
  ['minutes are seconds', formatSeconds(1234), '1,230 s'],
  ['no time', formatSeconds(undefined), '–'],
  ['none at all', formatSeconds(0), '0 s'],
  ['a share', formatShare(0.489), '48.9 %'],
  ['an error above', formatError(0.2483), '+24.8 %'],
  ['an error below', formatError(-0.031), '−3.10 %'],
  ['a small error', formatError(0.0004), '+0.04 %'],
  ['an error beyond all measure', formatError(180_000), '>99,900 %'],
  ['no error', formatError(0), '0 %'],
  ['an error of nothing', formatError(undefined), '–'],
  ['a rate', formatRate(49.96), '50.0/s'],
  ['a bound has no zeros at its end', formatBound(2.5), '2.5 s'],
  ['a whole bound', formatBound(0.1), '100 ms'],
  ['a bound of ten', formatBound(10), '10 s'],
  ['the last bound', formatBound(Number.POSITIVE_INFINITY), '+Inf'],
  ['a number', formatNumber(0.7), '0.7'],
  ['a large number', formatNumber(2000), '2,000'],
]
for (const [words, actual, expected] of rows) test(words, () => assert.equal(actual, expected))

test('a line never ends between a number and its unit', () => {
  assert.equal(
    unbroken('74.7 ms (+647 %): 2 so far, 5 s'),
    '74.7\u00a0ms (+647\u00a0%): 2 so far, 5\u00a0s',
  )
})

test('one is one request, and two are two requests', () => {
  assert.deepEqual(
    [formatMany(1, 'request'), formatMany(2967, 'request')],
    ['1 request', '2,967 requests'],
  )
})
