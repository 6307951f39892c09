import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { after, now } from './clock.ts'
import { startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { parseOptions } from './options.ts'
import { planOf } from './plan.ts'
import { resultOf } from './result.ts'
import { plannedRequests } from './schedule.ts'
import { answer, type ScriptedServer, scriptedServer } from './scripted-server.ts'
import { watchThread } from './thread-vitals.ts'

const loadOf = (server: Pick<ScriptedServer, 'url' | 'port'>, line: string, startAt = 0) => {
  const parsed = parseOptions([...line.split(' '), server.url.href])
  assert.ok('options' in parsed, JSON.stringify(parsed))
  const { options } = parsed
  const addresses = [{ host: '127.0.0.1', port: server.port }]
  const plan = planOf({ options, addresses, body: null, ca: null })
  const workers: Worker[] = []
  const metrics = createMetrics()
  const load = startLoad({
    options,
    plan,
    metrics,
    now,
    timeOrigin: performance.timeOrigin,
    after,
    startedAt: new Date(),
    startAt,
    watchThread,
    spawn: (data) => {
      const worker = new Worker(new URL('thread.ts', import.meta.url), { workerData: data })
      workers.push(worker)
      return worker
    },
  })
  return { load, plan, workers, metrics }
}

const okServer = (context: TestContext) =>
  scriptedServer(context, (socket) => socket.write(answer(200)))

test('three threads send what one would have sent, and there is one account of it', async (context) => {
  const server = await okServer(context)
  const { load, plan, metrics, workers } = loadOf(server, '--rate 300 --duration 1s --workers 3')
  const record = await load.finished
  const { ledger, end } = record
  assert.equal(workers.length, 3)
  assert.equal(ledger.imbalance(), null)
  assert.equal(record.fault, null)
  assert.equal(ledger.planned, [...plannedRequests(plan.schedule)].length)
  assert.equal(ledger.counts.ok, ledger.planned)
  assert.ok(end.durationSeconds >= 1 && end.durationSeconds < 1.1, `${end.durationSeconds}`)
  assert.equal(end.reason, 'completed')
  const lines = (await metrics.registry.metrics()).split('\n')
  assert.ok(lines.includes(`loadgen_requests_total{outcome="ok"} ${ledger.planned}`))
  assert.ok(lines.includes(`loadgen_service_time_seconds_count ${ledger.planned}`))
  assert.ok(lines.includes('loadgen_in_flight 0'))
})

test('all threads reckon from the same instant', async (context) => {
  const server = await okServer(context)
  const { load } = loadOf(server, '--rate 400 --duration 1s --workers 2 --arrivals even')
  const { ledger } = await load.finished
  assert.equal(ledger.planned, 400)
  // A thread whose clock were off by its own start would be tens of milliseconds early or late.
  const p50Ms = ledger.lateness.quantile(0.5) / 1000
  assert.ok(p50Ms > 0 && p50Ms < 10, `${p50Ms}`)
})

test('a closed loop is split by its connections', async (context) => {
  let together = 0
  let most = 0
  const server = await scriptedServer(context, (socket) => {
    together += 1
    most = Math.max(most, together)
    setTimeout(() => {
      together -= 1
      socket.write(answer(200))
    }, 20)
  })
  const line = '--closed --connections 5 --requests 52 --workers 2'
  const { ledger, end } = await loadOf(server, line).load.finished
  assert.equal(ledger.counts.ok, 52)
  assert.equal(most, 5)
  assert.equal(server.connections(), 5)
  assert.equal(end.reason, 'completed')
})

test('a run on several threads can be stopped, and is accounted for', async (context) => {
  const server = await scriptedServer(context, (_socket, n) => n === 49 && load.stop('interrupted'))
  const { load } = loadOf(server, '--rate 200 --duration 1h --workers 2')
  const { ledger, end, fault } = await load.finished
  assert.equal(end.reason, 'interrupted')
  assert.equal(fault, null)
  assert.equal(ledger.imbalance(), null)
  assert.ok(ledger.counts.cancelled >= 50)
  assert.equal(ledger.counts.cancelled + ledger.counts.neverSent, ledger.planned)
})

test('a run that is stopped before its threads are ready has an empty account', async (context) => {
  const server = await okServer(context)
  const { load } = loadOf(server, '--rate 10 --duration 1h --workers 2 --arrivals even')
  load.stop('interrupted')
  const { ledger, end } = await load.finished
  assert.equal(end.reason, 'interrupted')
  assert.equal(ledger.imbalance(), null)
  assert.equal(ledger.answered, 0)
})

test('when a thread dies the run ends, and the account says what is not known', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 99) workers[1]?.terminate()
    if (n < 50) socket.write(answer(200))
  })
  const { load, workers } = loadOf(server, '--rate 200 --duration 1h --workers 2 --arrivals even')
  const { ledger, end, fault } = await load.finished
  assert.match(fault ?? '', /^a thread of the generator died \(exit code 1\)$/)
  assert.equal(end.reason, fault)
  assert.equal(ledger.imbalance(), null)
  const { ok, cancelled, neverSent } = ledger.counts
  assert.equal(ok + cancelled + neverSent, ledger.planned)
  assert.ok(ok <= 50 && cancelled > 0)
  // All that was due until then is there, whoever's it was: even arrivals, 200 a second.
  assert.ok(Math.abs(ledger.planned - end.durationSeconds * 200) <= 3, `${ledger.planned}`)
})

test('a thread that cannot even begin is no run', async (context) => {
  const server = await okServer(context)
  const { load, workers } = loadOf(server, '--rate 10 --duration 1h --workers 2')
  workers[0]?.terminate()
  const { ledger, fault } = await load.finished
  assert.match(fault ?? '', /^a thread of the generator died/)
  assert.equal(ledger.planned, 0)
})

test('what the threads were asked for is in the result', async (context) => {
  const server = await okServer(context)
  const { load } = loadOf(server, '--requests 20 --rate 200 --workers 2')
  const result = resultOf(await load.finished)
  assert.equal(result.planned, 20)
  assert.equal(result.options.workers, 2)
})

test('threads that are ready early wait for the start, and two shards of two threads send what one would', async (context) => {
  const arrivals: number[] = []
  const server = await scriptedServer(context, (socket) => {
    arrivals.push(now())
    socket.write(answer(200))
  })
  // Far enough for four threads of a busy machine; nothing is measured of it.
  const startAt = now() + 4000
  const runs = [0, 1].map((index) => {
    const line = `--requests 40 --rate 400 --workers 2 --shard ${index}/2`
    return loadOf(server, line, startAt).load.finished
  })
  const records = await Promise.all(runs)
  assert.deepEqual(
    records.map(({ ledger }) => ledger.counts.ok),
    [20, 20],
  )
  // Each thread has a clock of its own, set by that of the machine.
  const earlyMs = startAt - Math.min(...arrivals)
  assert.ok(earlyMs < 5, `${earlyMs} ms early`)
})
