import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from './ledger.ts'
import { type Progress, renderProgress } from './progress.ts'
import { showProgress } from './progress-line.ts'
import { RecentWindow } from './recent-window.ts'
import { VirtualTime } from './virtual-time.ts'

const halfway: Progress = {
  elapsedMs: 30_000,
  durationMs: 60_000,
  requests: null,
  planned: 1500,
  rateAsked: 50,
  rateAchieved: 49.6,
  inFlight: 51,
  p50Ms: 1003,
  p99Ms: 1980,
  errors: 0,
}

test('the lines say how far, how fast, how slow, and what went wrong', () => {
  assert.deepEqual(renderProgress(halfway, 79), [
    '████████░░░░░░░░ 50 %  30s left  50 of 50 requests/s',
    'p50 1.003 s  p99 1.980 s  0 errors  51 in flight  (latency: last 5 s)',
  ])
})

test('with a number of requests and no duration, requests are the measure', () => {
  const [line] = renderProgress({ ...halfway, durationMs: null, requests: 2000 }, 79)
  assert.equal(line, '████████████░░░░ 75 %  50 of 50 requests/s')
})

test('where no rate is asked for, there is only the one achieved', () => {
  const [line] = renderProgress({ ...halfway, rateAsked: null, rateAchieved: 6.25 }, 79)
  assert.match(line ?? '', / {2}6\.3 requests\/s$/)
})

test('while answers are waited for, the bar is at its end, and not beyond', () => {
  const [line] = renderProgress({ ...halfway, elapsedMs: 64_000 }, 79)
  assert.match(line ?? '', /^█{16} 100 % {2}0s left/)
})

test('before the first answer there is no latency', () => {
  const [, line] = renderProgress({ ...halfway, p50Ms: Number.NaN, p99Ms: Number.NaN }, 79)
  assert.match(line ?? '', /^p50 – {2}p99 – {2}/)
})

test('what a narrow terminal has no room for is left out whole', () => {
  assert.deepEqual(renderProgress(halfway, 40), [
    '████████░░░░░░░░ 50 %  30s left',
    'p50 1.003 s  p99 1.980 s  0 errors',
  ])
  assert.deepEqual(renderProgress(halfway, 20), ['30s left', 'p50 1.003 s'])
  assert.deepEqual(renderProgress(halfway, 0), ['', ''])
})

test('no line is ever wider than the terminal', () => {
  const busiest: Progress = {
    ...halfway,
    rateAsked: 123_456.789,
    rateAchieved: 123_456.789,
    inFlight: 10_000,
    errors: 12_345_678,
  }
  for (let columns = 0; columns < 120; columns++) {
    for (const line of renderProgress(busiest, columns)) assert.ok(line.length <= columns)
  }
})

const answered = (responseTimeMs: number) => {
  const ledger = new Ledger()
  ledger.sent(0)
  ledger.settled({ outcome: 'ok', status: 200, responseTimeMs, serviceTimeMs: 1, connectTimeMs: 0 })
  return ledger
}

test('the window has the last seconds, and has forgotten what was before', () => {
  let time = 1000
  const recent = new RecentWindow(() => time)
  for (let second = 0; second < 20; second++) {
    time = 1000 + second * 1000
    const responseTimeMs = second < 15 ? 900 : 10
    for (let n = 0; n < 10; n++) {
      recent.add(answered(responseTimeMs))
    }
  }
  time = 20_999
  const { rateAchieved, p50Ms, p99Ms } = recent.summary()
  assert.equal(Math.round(rateAchieved), 10)
  assert.equal(Math.round(p50Ms), 10)
  assert.equal(Math.round(p99Ms), 10)
})

test('a window in which nothing happens is empty after five seconds', () => {
  let time = 0
  const recent = new RecentWindow(() => time)
  recent.add(answered(10))
  time = 4000
  assert.equal(recent.summary().p50Ms, 10)
  time = 6000
  assert.deepEqual(recent.summary(), { rateAchieved: 0, p50Ms: Number.NaN, p99Ms: Number.NaN })
})

test('on a terminal the lines are rewritten in place, and cleared at the end', () => {
  const time = new VirtualTime()
  const written: string[] = []
  const terminal = { write: (text: string) => written.push(text), isTTY: true, columns: 30 }
  const stop = showProgress(terminal, time.after, (columns) => [`${columns} columns`, 'two'])
  time.pass(999)
  stop()
  time.pass(5000)
  assert.deepEqual(written, [
    ...Array(4).fill('\r29 columns\x1b[K\ntwo\x1b[J\r\x1b[1A'),
    '\r\x1b[J',
  ])
})

test('a terminal that says it has no columns is taken to have eighty', () => {
  const written: string[] = []
  const terminal = { write: (text: string) => written.push(text), isTTY: true, columns: 0 }
  showProgress(terminal, new VirtualTime().after, (columns) => [`${columns}`])
  assert.deepEqual(written, ['\r79\x1b[J\r'])
})

test('in a log the first line comes after a second, and then one every five', () => {
  const time = new VirtualTime()
  const written: [number, string][] = []
  const write = (text: string) => written.push([time.now(), text])
  const stop = showProgress({ write }, time.after, () => ['one', 'two'])
  time.pass(12_000)
  stop()
  time.pass(60_000)
  assert.deepEqual(written, [
    [1000, 'one  two\n'],
    [6000, 'one  two\n'],
    [11_000, 'one  two\n'],
  ])
})
