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

test('the line says how far, how fast, how slow, and what went wrong', () => {
  assert.equal(
    renderProgress(halfway, 200),
    '████████░░░░░░░░ 50 % 30s left  50/50 a second  p50 1.003 s  p99 1.980 s  51 in flight  0 errors',
  )
})

test('with a number of requests and no duration, requests are the measure', () => {
  const line = renderProgress({ ...halfway, durationMs: null, requests: 2000 }, 200)
  assert.match(line, /^████████████░░░░ 75 % {2}50\/50/)
})

test('while answers are waited for, the line is at its end, and not beyond', () => {
  assert.match(renderProgress({ ...halfway, elapsedMs: 64_000 }, 200), /^█{16} 100 % 0s left/)
})

test('before the first answer there is no latency', () => {
  const line = renderProgress({ ...halfway, p50Ms: Number.NaN, p99Ms: Number.NaN }, 200)
  assert.match(line, /p50 – {2}p99 –/)
})

test('the line is never wider than the terminal', () => {
  assert.equal(renderProgress(halfway, 40).length, 40)
  assert.equal(renderProgress(halfway, 0), '')
})

const answered = (responseTimeMs: number) => {
  const ledger = new Ledger()
  ledger.sent(0)
  ledger.settled({ outcome: 'ok', status: 200, responseTimeMs, serviceTimeMs: 1 })
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

test('on a terminal the line is rewritten in place, and cleared at the end', () => {
  const time = new VirtualTime()
  const written: string[] = []
  const terminal = { write: (text: string) => written.push(text), isTTY: true, columns: 30 }
  const stop = showProgress(terminal, time.after, (columns) => `${columns} columns`)
  time.pass(999)
  stop()
  time.pass(5000)
  assert.deepEqual(written, [...Array(4).fill('\r\x1b[K29 columns'), '\r\x1b[K'])
})

test('a terminal that says it has no columns is taken to have eighty', () => {
  const written: string[] = []
  const terminal = { write: (text: string) => written.push(text), isTTY: true, columns: 0 }
  showProgress(terminal, new VirtualTime().after, (columns) => `${columns}`)
  assert.deepEqual(written, ['\r\x1b[K79'])
})

test('in a log the first line comes after a second, and then one every five', () => {
  const time = new VirtualTime()
  const written: number[] = []
  const stop = showProgress({ write: () => written.push(time.now()) }, time.after, () => 'line')
  time.pass(12_000)
  stop()
  time.pass(60_000)
  assert.deepEqual(written, [1000, 6000, 11_000])
})
