import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { drawDistribution } from './chart.ts'
import { Histogram } from './histogram.ts'

const filled = (valuesMs: number[]) => {
  const histogram = new Histogram()
  for (const value of valuesMs) histogram.record(value * 1000)
  return histogram
}

const times = (responseMs: number[], serviceMs: number[]) => ({
  responseTime: filled(responseMs),
  serviceTime: filled(serviceMs),
})

const plain = { columns: 78, colour: false }

test('each row has both times: the upper half of its bar is the response time, the lower the service time', () => {
  const one = [1, 1, 1, 1, 2, 2, 20, 200]
  const two = [1, 1, 1, 1, 1, 1, 1, 2]
  const squeezed = drawDistribution(times(one, two), plain).map((line) =>
    line.replaceAll(/ +/g, ' '),
  )
  assert.deepEqual(squeezed, [
    '▀ response time ▄ service time █ both',
    ' from response service',
    ` 1 ms ${'█'.repeat(23)}${'▄'.repeat(17)} 50.0 % 87.5 %`,
    ` 1.5 ms – –`,
    ` 2 ms ${'█'.repeat(6)}${'▀'.repeat(5)} 25.0 % 12.5 %`,
    ' 3 ms – –',
    ' 5 ms – –',
    ' 7 ms – –',
    ' 10 ms – –',
    ' 15 ms – –',
    ` 20 ms ${'▀'.repeat(6)} 12.5 % –`,
    ' 30 ms – –',
    ' 50 ms – –',
    ' 70 ms – –',
    ' 100 ms – –',
    ' 150 ms – –',
    ` 200 ms ${'▀'.repeat(6)} 12.5 % –`,
  ])
})

test('one value is one row, and one in ten thousand is seen', () => {
  assert.equal(drawDistribution(times([3], [3]), plain).length, 3)
  const rare = drawDistribution(times([...Array(9999).fill(1), 90], [1]), plain)
  assert.match(rare.at(-1) ?? '', /^ +\d+ ms {2}▀ +<0\.1 % +–$/)
})

test('nothing recorded is nothing drawn', () => {
  assert.deepEqual(drawDistribution(times([], []), plain), [])
})

test('in colour the picture is the same, with two halves where there was a whole', () => {
  const both = times([1, 2, 2, 5], [1, 1, 1, 2])
  const coloured = drawDistribution(both, { ...plain, colour: true })
  assert.deepEqual(
    coloured.slice(1).map(stripVTControlCharacters),
    drawDistribution(both, plain)
      .slice(1)
      .map((line) => line.replaceAll('█', '▀')),
  )
  assert.ok(coloured[2]?.includes('\x1b[36m\x1b[43m▀'), JSON.stringify(coloured[2]))
})

test('rows fit the columns there are, and are never more than twenty', () => {
  for (const scale of [0.001, 0.01, 0.37, 1, 8, 95, 1000, 20_000]) {
    const values = Array.from({ length: 500 }, (_, i) => (i + 20) * scale)
    for (const columns of [42, 60, 78, 200]) {
      const lines = drawDistribution(times(values, values), { columns, colour: false })
      assert.ok(lines.length <= 22 && lines.length > 8, `${scale}: ${lines.length}`)
      assert.ok(lines.every((line) => line.length <= Math.max(columns, 46)))
    }
  }
})
