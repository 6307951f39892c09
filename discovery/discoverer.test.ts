import assert from 'node:assert/strict'
import { test } from 'node:test'
import { discover } from './discoverer.ts'
import type { Snapshot } from './etcd.ts'
import { createMetrics } from './metrics.ts'

// The order of things, in a time of the test's own. Real etcds are in test/discovery.test.ts.

const entry = (id: string, modRevision = 1) => ({
  key: `/service/shop/${id}`,
  value: JSON.stringify({
    ...{ id, name: 'shop', host: '10.0.0.1', port: 80, lease_time: 10 },
    routes: [],
  }),
  modRevision,
  lease: '7',
})

type Script = {
  range: () => Snapshot
  change?: () => Promise<void>
  write?: (content: string) => boolean
}

/** Runs so many pauses of a discoverer, and answers with their lengths, what was written, and the log. */
async function run(pauses: number, { range, change, write = () => true }: Script) {
  const over = new AbortController()
  const slept: number[] = []
  const written: string[] = []
  const writtenAtMs: number[] = []
  const log: string[] = []
  const metrics = createMetrics()
  const nowMs = () => slept.reduce((sum, ms) => sum + ms, 0)
  const say = (_: object, text?: string) => log.push(String(text))
  await discover(
    {
      etcd: {
        range: async () => range(),
        secondsLeft: async () => 4,
        change: change ?? (() => new Promise(() => {})),
      },
      file: {
        write: async (content) => {
          const isNew = content !== written.at(-1) && write(content)
          if (!isNew) return false
          written.push(content)
          writtenAtMs.push(nowMs())
          return true
        },
      },
      metrics,
      logger: { info: say, warn: say, error: say } as never,
      now: nowMs,
      unixSeconds: () => 1000 + slept.length,
      sleep: async (ms, signal) => {
        // A watch that has ended ends the pause.
        await new Promise(setImmediate)
        if (signal.aborted) throw signal.reason
        slept.push(ms)
        if (slept.length === pauses) over.abort()
      },
      random: () => 1,
    },
    over.signal,
  )
  const value = async (name: string) =>
    (await metrics.registry.getSingleMetric(name)?.get())?.values[0]?.value
  return { slept, written, writtenAtMs, log, value }
}

test('the whole list is asked for every five seconds, whatever the watch says', async () => {
  const { slept, written, value } = await run(3, {
    range: () => ({ entries: [entry('a')], revision: 1 }),
  })
  assert.deepEqual(slept, [5000, 5000, 5000])
  assert.equal(written.length, 1)
  assert.equal(await value('discovery_list_timestamp_seconds'), 1002)
  assert.equal(await value('discovery_watches_total'), 1)
  assert.equal(await value('discovery_lease_remaining_seconds'), 4)
})

test('a watch that breaks at once, again and again, is no reason to ask without a pause', async () => {
  const { slept } = await run(8, {
    range: () => ({ entries: [], revision: 1 }),
    change: () => Promise.reject(new Error('broken')),
  })
  assert.deepEqual(slept, [200, 400, 800, 1600, 3200, 5000, 5000, 5000])
})

test('an etcd whose revision went back has lost its data: who is missing stays for a lease', async () => {
  let asked = 0
  const { written, writtenAtMs, value } = await run(5, {
    range: () =>
      ++asked === 1 ? { entries: [entry('a', 9)], revision: 9 } : { entries: [], revision: 1 },
  })
  assert.deepEqual(
    written.map((content) => JSON.parse(content).length),
    [1, 0],
  )
  // It is missing at 5 s, where the watch is given a second, and its lease was 10 s: looked at at 11 and 16 s.
  assert.deepEqual(writtenAtMs, [0, 16_000])
  assert.equal(await value('discovery_kept_targets'), 0)
})

test('an etcd that does not answer leaves the list, and is asked again after pauses that double', async () => {
  let asked = 0
  const { slept, written, log, value } = await run(7, {
    range: () => {
      if (++asked > 1) throw new Error('fetch failed', { cause: new Error('ECONNREFUSED') })
      return { entries: [entry('a')], revision: 1 }
    },
  })
  assert.deepEqual(slept, [5000, 200, 400, 800, 1600, 3200, 5000])
  assert.equal(written.length, 1)
  assert.equal(await value('discovery_etcd_up'), 0)
  assert.equal(await value('discovery_targets'), 1)
  assert.equal(await value('discovery_list_timestamp_seconds'), 1000)
  assert.deepEqual(log.slice(1), ['etcd does not answer: the list stays as it is'])
})

test('a list that can’t be written is named once, not counted, and tried again', async () => {
  let tries = 0
  const { log, value } = await run(3, {
    range: () => ({ entries: [entry('a')], revision: 1 }),
    write: () => {
      if (++tries < 3) throw new Error('ENOSPC')
      return true
    },
  })
  assert.deepEqual(log, ['the list can’t be written: it stays as it is', 'the list has changed'])
  assert.equal(await value('discovery_writes_total'), 1)
  assert.equal(await value('discovery_list_timestamp_seconds'), 1002)
})
