import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createReporter } from './reporter.ts'

function setUp() {
  const log: unknown[][] = []
  const time = { ms: 0 }
  const write =
    (level: string) =>
    (...words: unknown[]) =>
      void log.push([level, ...words])
  const told = createReporter({
    logger: { info: write('info'), warn: write('warn') },
    count: () => {},
    now: () => time.ms,
  })
  return { log, time, told }
}

const lines = (count: number) => Array(count).fill({ text: '', requests: 0 })

test('an outage is told once for each reason, and so is its end', () => {
  const { log, time, told } = setUp()
  told.written()
  for (const why of ['ECONNREFUSED', 'ECONNREFUSED', 'it answers 404', 'ECONNREFUSED']) {
    told.failed(why)
    time.ms += 1000
  }
  told.ended('dropped', lines(2))
  told.ended('dropped', lines(3))
  told.written()
  told.written()
  const takesNone = 'influx: the database takes no points; they wait, and are sent again'
  assert.deepEqual(log, [
    ['warn', { why: 'ECONNREFUSED' }, takesNone],
    ['warn', { why: 'it answers 404' }, takesNone],
    ['warn', 'influx: the buffer is full, the oldest points are dropped'],
    ['info', { seconds: 4, dropped: 5 }, 'influx: the database takes points again'],
  ])
})

test('refusals are told once a minute, with how many points there were since', () => {
  const { log, time, told } = setUp()
  for (let second = 0; second <= 60; second += 1) {
    told.refused('field type conflict', lines(2))
    time.ms += 1000
  }
  assert.deepEqual(
    log.map(([, facts]) => facts),
    [
      { why: 'field type conflict', points: 2 },
      { why: 'field type conflict', points: 120 },
    ],
  )
})
