import assert from 'node:assert/strict'
import { test } from 'node:test'
import { errorsIn } from './soak/log-errors.ts'
import { growthOf, type Sample, warmSecondsOf } from './soak/memory.ts'
import { residentBytes } from './soak/resident.ts'

const samples = (seconds: number, bytesAt: (second: number) => number): Sample[] =>
  Array.from({ length: seconds }, (_, second) => ({ seconds: second, bytes: bytesAt(second) }))

test('memory that has settled after the first minute has not grown', () => {
  const settled = samples(600, (second) => Math.min(second, 60))
  assert.deepEqual(growthOf(settled, 600), { early: 60, late: 60, share: 0 })
})

test('growth is told from the second minute to the last', () => {
  const leaking = samples(600, (second) => 1000 + second)
  assert.deepEqual(growthOf(leaking, 600), { early: 1090, late: 1570, share: 1570 / 1090 - 1 })
})

test('a run of two minutes compares the two halves of its second minute', () => {
  const leaking = samples(120, (second) => 1000 + second)
  const { early, late } = growthOf(leaking, 120)
  assert.deepEqual([early, late], [1075, 1105])
})

test('a Prometheus is judged from when it has written its first chunks, if the run is long enough', () => {
  assert.equal(warmSecondsOf('prometheus', 1800), 720)
  assert.equal(warmSecondsOf('prometheus', 120), 60)
  assert.equal(warmSecondsOf('server', 1800), 60)
  const step = samples(1800, (second) => (second < 610 ? 1000 : 1200))
  assert.deepEqual(growthOf(step, 1800, 720), { early: 1200, late: 1200, share: 0 })
})

test('a moment of garbage is no growth', () => {
  const sawtooth = samples(600, (second) => (second % 20 === 19 ? 5000 : 1000))
  assert.equal(growthOf(sawtooth, 600).share, 0)
})

test('what this process holds is what it says itself, more or less', () => {
  const held = residentBytes(process.pid) ?? 0
  assert.ok(Math.abs(held / process.memoryUsage().rss - 1) < 0.3, `${held} bytes`)
  assert.equal(residentBytes(2 ** 30), undefined)
})

for (const [name, line, wrong] of [
  ['server', '{"level":"info","msg":"listening"}', false],
  ['server', '{"level":"warn","cutOff":1}', false],
  ['server', '{"level":"error","msg":"failed"}', true],
  ['server', 'TypeError: undefined is not a function', true],
  ['prometheus', 'ts=1 caller=x level=info msg="an error=1"', false],
  ['prometheus', 'time=1 level=WARN source=x msg=y', false],
  ['prometheus', 'ts=1 caller=x level=error msg=y', true],
  ['prometheus', 'time=1 level=ERROR source=x msg=y', true],
  ['prometheus', 'panic: runtime error', true],
  ['supervisor', '2026-01-01T00:00:00.000Z server started, process 7', false],
  ['supervisor', '2026-01-01T00:00:00.000Z stopping: SIGTERM', false],
  ['supervisor', '2026-01-01T00:00:00.000Z server stopped', false],
  ['supervisor', '2026-01-01T00:00:00.000Z server ended with SIGKILL after 1.0 s', true],
] as const) {
  test(`${name}: ${line} ${wrong ? 'tells' : 'does not tell'} of an error`, () => {
    assert.deepEqual(errorsIn(name, `${line}\n`), wrong ? [line] : [])
  })
}
