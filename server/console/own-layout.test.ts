import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exponentialBuckets, Histogram, register } from 'prom-client'
import { exponentialBounds, promClientLine, readBounds, seriesOf } from './own-layout.ts'

test('bounds are read with commas, spaces and lines between them', () => {
  assert.deepEqual(readBounds('0.1, .25;0.5\n1e0 2'), { bounds: [0.1, 0.25, 0.5, 1, 2] })
})

test('bounds are read as they stand in code, too', () => {
  for (const text of ['[0.1, 0.5, 1.]', 'buckets: [0.1, 0.5, 1]', "('0.1', \"0.5\", '1')"]) {
    assert.deepEqual(readBounds(text), { bounds: [0.1, 0.5, 1] })
  }
})

const wrong: [text: string, mistakes: RegExp[]][] = [
  ['', [/^bounds: at least one/]],
  ['0.1, x, 3', [/^x: must be a number of seconds above 0, up to 3600$/]],
  ['0.5, 0.5', [/^0.5: must be above 0.5, the bound before it$/]],
  ['1, 0.5, -1', [/^0.5: must be above 1/, /^-1: must be a number/]],
  ['0, 1', [/^0: must be a number/]],
  ['0.1 +Inf', [/^\+Inf: leave it out, it is always there$/]],
  ['0,1 2', [/^0: must be .* 3600; a decimal has a point: 0\.1$/]],
  ['100ms 2s', [/^100ms: .*; without a unit: 0\.1$/, /^2s: .*; without a unit: 2$/]],
  ['1 '.repeat(201), [/^bounds: 201 are too many: at most 200$/]],
]
for (const [text, patterns] of wrong) {
  test(`${JSON.stringify(text.slice(0, 20))} is no layout, by name`, () => {
    const read = readBounds(text)
    assert.ok('mistakes' in read)
    assert.equal(read.mistakes.length, patterns.length, read.mistakes.join('\n'))
    for (const [i, pattern] of patterns.entries()) assert.match(read.mistakes[i] ?? '', pattern)
  })
}

test('start, factor and count make the bounds that prom-client makes', () => {
  for (const [start, factor, count] of [
    [0.001, 2, 15],
    [0.01, 1.5, 20],
    [0.1, 1.1, 30],
  ] as const) {
    const own = exponentialBounds({ start, factor, count })
    assert.deepEqual(own, { bounds: exponentialBuckets(start, factor, count) })
  }
})

test('each of start, factor and count that is wrong is named', () => {
  const read = exponentialBounds({ start: 0, factor: 1, count: 1.5 })
  assert.ok('mistakes' in read)
  assert.deepEqual(
    read.mistakes.map((mistake) => mistake.split(':')[0]),
    ['start', 'factor', 'count'],
  )
})

test('the line is one that prom-client takes, and costs as many series as it says', async () => {
  for (const buckets of [[0.1, 0.25, 1], { start: 0.01, factor: 2, count: 5 }]) {
    const bounds = Array.isArray(buckets) ? buckets : exponentialBuckets(0.01, 2, 5)
    const make = new Function(
      'Histogram',
      'exponentialBuckets',
      `return ${promClientLine(buckets)}`,
    )
    make(Histogram, exponentialBuckets)
    const text = await register.metrics()
    register.clear()
    const series = text.split('\n').filter((line) => line && !line.startsWith('#'))
    assert.equal(series.length, seriesOf(bounds))
    const first = bounds[0]
    assert.ok(text.includes(`le="${first}"`), text)
  }
})
