import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawDistribution } from './chart.ts'
import { Histogram } from './histogram.ts'

const filled = (valuesMs: number[]) => {
  const histogram = new Histogram()
  for (const value of valuesMs) histogram.record(value * 1000)
  return histogram
}

test('rows are equal steps, named by their lower edge, and bars are as long as their share', () => {
  const values = [10, 30, 31, 50, 51, 52, 53, 70].map((value) => value + 0.5)
  const lines = drawDistribution(filled(values)).map((line) => line.replaceAll(/ +/g, ' '))
  assert.deepEqual(lines, [
    '10 ms ██████████ 12.5 %',
    '15 ms 0.0 %',
    '20 ms 0.0 %',
    '25 ms 0.0 %',
    '30 ms ████████████████████ 25.0 %',
    '35 ms 0.0 %',
    '40 ms 0.0 %',
    '45 ms 0.0 %',
    '50 ms ████████████████████████████████████████ 50.0 %',
    '55 ms 0.0 %',
    '60 ms 0.0 %',
    '65 ms 0.0 %',
    '70 ms ██████████ 12.5 %',
  ])
})

test('one value is one row', () => {
  assert.equal(drawDistribution(filled([3])).length, 1)
})

test('what is beyond p99.9 has a row of its own, and does not squeeze the rest', () => {
  const values = [...Array.from({ length: 9999 }, (_, i) => i / 100), 60_000]
  const lines = drawDistribution(filled(values))
  assert.ok(lines.length <= 17, `${lines.length}`)
  assert.match(lines.at(-1) ?? '', /0\.0 % and beyond$/)
  assert.match(lines[0] ?? '', /10\.0 %$/)
})

test('nothing recorded is nothing drawn', () => {
  assert.deepEqual(drawDistribution(new Histogram()), [])
})

test('there are never more than seventeen rows, and the shares add up', () => {
  for (const scale of [0.001, 0.01, 0.37, 1, 8, 95, 1000, 20_000]) {
    const lines = drawDistribution(filled(Array.from({ length: 500 }, (_, i) => (i + 20) * scale)))
    assert.ok(lines.length <= 17, `${scale}: ${lines.length}`)
    const sum = lines.reduce((total, line) => total + Number(/([\d.]+) %/.exec(line)?.[1]), 0)
    assert.ok(Math.abs(sum - 100) < 1, `${scale}: ${sum}`)
  }
})
