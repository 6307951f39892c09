import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineOf, type Point } from './line-protocol.ts'

const point = (change: Partial<Point>): Point => ({
  measurement: 'm',
  tags: {},
  fields: { f: 1n },
  timestampMs: 5,
  ...change,
})

const lines: [about: string, change: Partial<Point>, line: string][] = [
  ['no tags', {}, 'm f=1i 5'],
  ['tags are sorted', { tags: { b: '2', a: '1' } }, 'm,a=1,b=2 f=1i 5'],
  ['a tag without a value is left out', { tags: { a: '', b: '2' } }, 'm,b=2 f=1i 5'],
  [
    'integers, floats, texts, truths',
    { fields: { i: -3n, f: 3, s: 'x', t: true } },
    'm i=-3i,f=3,s="x",t=true 5',
  ],
  ['small and large floats', { fields: { a: 1e-7, b: 1e21, c: 0.5 } }, 'm a=1e-7,b=1e+21,c=0.5 5'],
  ['a measurement: comma and space', { measurement: 'a,b c=d"e' }, 'a\\,b\\ c=d"e f=1i 5'],
  [
    'a tag: comma, equals sign and space',
    { tags: { 'k ,=': 'v ,="' } },
    'm,k\\ \\,\\==v\\ \\,\\=" f=1i 5',
  ],
  ['a field’s name: comma, equals sign and space', { fields: { 'f ,=': 1n } }, 'm f\\ \\,\\==1i 5'],
  [
    'a text: quote and backslash, and nothing else',
    { fields: { s: 'a"b\\c, d=e' } },
    'm s="a\\"b\\\\c, d=e" 5',
  ],
  ['a backslash within a tag stays', { tags: { a: 'x\\y' } }, 'm,a=x\\y f=1i 5'],
  [
    'one at its end goes, or it would take the comma',
    { tags: { a: 'x\\\\', b: 'y' } },
    'm,a=x,b=y f=1i 5',
  ],
  ['so does one before what is escaped', { tags: { a: 'x\\,\\\\ y' } }, 'm,a=x\\,\\ y f=1i 5'],
  [
    'a line break is a space',
    { tags: { a: 'x\r\ny' }, fields: { s: 'x\ny' } },
    'm,a=x\\ y s="x y" 5',
  ],
  ['other alphabets are as they are', { tags: { a: 'größe' } }, 'm,a=größe f=1i 5'],
]
for (const [about, change, line] of lines) {
  test(about, () => assert.equal(lineOf(point(change)), line))
}

test('what can’t be said at all is an error', () => {
  for (const change of [
    { fields: {} },
    { fields: { f: Number.NaN } },
    { fields: { f: Number.POSITIVE_INFINITY } },
    { timestampMs: 1.5 },
  ]) {
    assert.throws(() => lineOf(point(change)), RangeError)
  }
})
