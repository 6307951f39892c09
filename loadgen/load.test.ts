import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { after, now } from './clock.ts'
import { type Load, startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { serveMetrics } from './metrics-server.ts'
import { parseOptions } from './options.ts'
import { planOf } from './plan.ts'
import { resultOf } from './result.ts'
import { answer, type ScriptedServer, scriptedServer } from './scripted-server.ts'
import { type WatchThread, watchThread } from './thread-vitals.ts'

/** Of a thread that fared well, whatever the machine does to this one. */
const asIfWell: WatchThread = () => () => ({ utilization: 0, longestPauseMs: 0 })

const loadOf = (
  server: ScriptedServer,
  line: string,
  metrics = createMetrics(),
  watch = asIfWell,
): Load => {
  const parsed = parseOptions([...line.split(' '), '--arrivals', 'even', server.url.href])
  assert.ok('options' in parsed, JSON.stringify(parsed))
  return startLoad({
    options: parsed.options,
    plan: planOf({
      options: parsed.options,
      addresses: parsed.options.targets.map(() => ({ host: '127.0.0.1', port: server.port })),
      body: null,
      ca: null,
    }),
    metrics,
    now,
    after,
    startedAt: new Date(),
    timeOrigin: performance.timeOrigin,
    watchThread: watch,
  })
}

/** Runs to the end, and gives the result, whose account must add up. */
const resultFrom = async (server: ScriptedServer, line: string) => {
  const record = await loadOf(server, line).finished
  assert.equal(record.ledger.imbalance(), null)
  return resultOf(record)
}

/** Answers at once, but for a time of `frozenMs`, beginning `fromMs` after the first request. */
const freezingServer = async (context: TestContext, fromMs: number, frozenMs: number) => {
  let firstAt: number | null = null
  const held = new Set<Socket>()
  const thaw = () => {
    for (const socket of held) socket.write(answer(200))
    held.clear()
  }
  return scriptedServer(context, (socket) => {
    firstAt ??= now()
    const elapsed = now() - firstAt
    if (elapsed < fromMs || elapsed >= fromMs + frozenMs) return socket.write(answer(200))
    if (held.size === 0) setTimeout(thaw, fromMs + frozenMs - elapsed)
    held.add(socket)
  })
}

test('a frozen server does not slow the schedule, and each request shows how long it was frozen', async (context) => {
  const server = await freezingServer(context, 400, 700)
  const result = await resultFrom(server, '--rate 200 --duration 1500ms')
  assert.equal(result.planned, 300)
  assert.equal(result.ok, 300)
  assert.ok(
    result.durationSeconds >= 1.5 && result.durationSeconds < 1.7,
    `${result.durationSeconds}`,
  )
  // 140 requests fall into the freeze, due evenly over it: they wait from 0 to 0.7 s. Of all 300, 10 %
  // are above 0.55 s: (0.7 − 0.55) × 200 = 30.
  const { p90, max } = result.responseTime
  assert.ok(p90 !== null && Math.abs(p90 - 0.55) < 0.1, `p90 ${p90}`)
  assert.ok(max !== null && max > 0.6, `max ${max}`)
})

test('with one place, the response time shows a freeze that the service time hides', async (context) => {
  const server = await freezingServer(context, 400, 700)
  const result = await resultFrom(server, '--rate 200 --duration 1500ms --max-in-flight 1')
  assert.equal(result.ok, 300)
  const { responseTime, serviceTime, lateness } = result
  assert.ok(
    responseTime.p90 !== null && Math.abs(responseTime.p90 - 0.55) < 0.1,
    `${responseTime.p90}`,
  )
  assert.ok(serviceTime.p99 !== null && serviceTime.p99 < 0.1, `${serviceTime.p99}`)
  assert.ok(lateness.max !== null && lateness.max > 0.6, `${lateness.max}`)
  assert.equal(result.verdict, 'generator-limited')
})

test('a thousand a second are issued to the last one', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  const result = await resultFrom(server, '--rate 1000 --duration 3s')
  assert.equal(result.planned, 3000)
  assert.equal(result.sent, 3000)
  assert.equal(result.ok, 3000)
  assert.equal(result.rate.asked, 1000)
  assert.ok(
    result.durationSeconds >= 3 && result.durationSeconds < 3.2,
    `${result.durationSeconds}`,
  )
})

test('each kind of misbehaviour is accounted for as what it is', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    const ways = [
      () => socket.write(answer(200)),
      () => socket.write(answer(302)),
      () => socket.write(answer(404)),
      () => socket.write(answer(500)),
      () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'),
      () => {},
    ]
    ways[n % ways.length]?.()
  })
  const result = await resultFrom(server, '--rate 60 --requests 60 --timeout 200ms')
  assert.equal(result.ok, 20)
  assert.equal(result.httpErrors, 20)
  assert.equal(result.networkErrors, 10)
  assert.equal(result.timeouts, 10)
  assert.equal(result.planned, 60)
  assert.deepEqual(result.statusCodes, { 200: 10, 302: 10, 404: 10, 500: 10 })
  assert.deepEqual(result.errorCodes, { 'closed before the answer was whole': 10 })
  assert.equal(result.responseTime.count, 40)
})

test('a server that resets every connection answers nothing, and all is accounted for', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.resetAndDestroy())
  const result = await resultFrom(server, '--rate 100 --requests 50')
  assert.equal(result.networkErrors, 50)
  assert.deepEqual(result.errorCodes, { ECONNRESET: 50 })
})

test('a server that is killed while the run goes on is accounted for', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 40) server.close()
    else socket.write(answer(200))
  })
  const result = await resultFrom(server, '--rate 100 --duration 1s')
  assert.equal(result.planned, 100)
  assert.equal(result.ok, 40)
  assert.equal(result.networkErrors, 60)
})

test('a server that comes back while the run goes on is answered for again', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n >= 20 && n < 40) socket.resetAndDestroy()
    else socket.write(answer(200))
  })
  const result = await resultFrom(server, '--rate 200 --requests 100')
  assert.equal(result.planned, 100)
  // A request on a kept connection is sent twice, so from 10 to 20 of them meet all 20 resets.
  assert.ok(result.networkErrors >= 9 && result.networkErrors <= 20, `${result.networkErrors}`)
  assert.equal(result.ok + result.networkErrors, 100)
  assert.equal(result.networkErrors + result.staleRetries, 20)
})

test('a target that refuses is given up after a second and a half', async (context) => {
  const server = await scriptedServer(context, () => {})
  server.close()
  const before = now()
  const record = await loadOf(server, '--rate 100 --duration 1h').finished
  const elapsed = now() - before
  assert.equal(record.end.reason, 'given up')
  assert.ok(elapsed >= 1490 && elapsed < 2500, `${elapsed}`)
  assert.equal(record.ledger.imbalance(), null)
  assert.deepEqual([...record.ledger.errorCodes.keys()], ['ECONNREFUSED'])
})

test('a stopped run has its account, with what was in flight as cancelled', async (context) => {
  const server = await scriptedServer(context, () => {})
  const load = loadOf(server, '--rate 100 --duration 1h')
  await new Promise((resolve) => setTimeout(resolve, 300))
  load.stop('interrupted')
  const { ledger, end } = await load.finished
  assert.equal(ledger.imbalance(), null)
  assert.equal(end.reason, 'interrupted')
  assert.ok(ledger.planned >= 30, `${ledger.planned}`)
  assert.equal(ledger.counts.cancelled + ledger.counts.neverSent, ledger.planned)
})

test('the metrics, scraped, have the counts of the result', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n % 5 === 4) return
    socket.write(answer(n % 5 === 3 ? 503 : 200))
  })
  const metrics = createMetrics()
  const metricsServer = await serveMetrics({
    registry: metrics.registry,
    port: 0,
    host: '127.0.0.1',
  })
  context.after(() => metricsServer.close())
  const scrape = async () => {
    const response = await fetch(`http://127.0.0.1:${metricsServer.port}/metrics`)
    assert.equal(response.headers.get('content-type'), metrics.registry.contentType)
    return samplesIn(await response.text())
  }

  const load = loadOf(server, '--rate 100 --requests 100 --timeout 150ms', metrics)
  const during = await scrape()
  assert.equal(during.get('loadgen_rate_target'), 100)
  const record = await load.finished
  const result = resultOf(record)
  const samples = await scrape()
  const outcome = (name: string) => samples.get(`loadgen_requests_total{outcome="${name}"}`)

  assert.equal(result.timeouts, 20)
  assert.equal(outcome('ok'), result.ok)
  assert.equal(outcome('http_error'), result.httpErrors)
  assert.equal(outcome('network_error'), result.networkErrors)
  assert.equal(outcome('timeout'), result.timeouts)
  assert.equal(outcome('cancelled'), result.cancelled)
  assert.equal(outcome('never_sent'), result.neverSent)
  assert.equal(samples.get('loadgen_response_time_seconds_count'), result.responseTime.count)
  assert.equal(samples.get('loadgen_service_time_seconds_count'), result.serviceTime.count)
  assert.equal(samples.get('loadgen_lateness_seconds_count'), result.sent)
  assert.equal(samples.get('loadgen_in_flight'), 0)
  assert.equal(samples.get('loadgen_rate_target'), 0)
  assert.equal(samples.get('loadgen_start_time_seconds'), record.startedAt.getTime() / 1000)
  const sum = samples.get('loadgen_response_time_seconds_sum') ?? Number.NaN
  assert.ok(Math.abs(sum / result.ok - (result.responseTime.mean ?? 0) * (80 / 60)) < 0.0001)
})

test('an event loop that is blocked for 50 ms is flagged, whenever it is', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  for (const atMs of [0, 220, 395]) {
    const load = loadOf(server, '--rate 20 --duration 400ms', createMetrics(), watchThread)
    setTimeout(() => {
      const end = now() + 50
      while (now() < end);
    }, atMs)
    const { verdict } = await load.finished
    assert.equal(verdict.verdict, 'generator-limited', `at ${atMs} ms`)
    assert.match(verdict.reasons.join('\n'), /^the generator stood still for \d+(\.\d)? ms/m)
  }
})

test('the target rate in the metrics follows the profile, and is 0 when the run is over', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  const metrics = createMetrics()
  const load = loadOf(server, '--profile ramp:100..300 --duration 1s', metrics)
  const seen: number[] = []
  const timer = setInterval(async () => {
    seen.push((await metrics.rateTarget.get()).values[0]?.value ?? Number.NaN)
  }, 100)
  const { ledger } = await load.finished
  clearInterval(timer)
  assert.equal(ledger.planned, 200)
  assert.deepEqual(
    seen,
    seen.toSorted((a, b) => a - b),
  )
  assert.ok(seen.some((rate) => rate > 120 && rate < 290))
  assert.ok(seen.every((rate) => rate >= 100 && rate <= 300))
  assert.equal((await metrics.rateTarget.get()).values[0]?.value, 0)
})

const samplesIn = (exposition: string) =>
  new Map(
    exposition
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))] as const
      }),
  )

test('shards that start at the same instant have start times of their own, and rates that add up', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  const valuesOf = async (index: number) => {
    const metrics = createMetrics()
    const load = loadOf(server, `--requests 4 --rate 100 --shard ${index}/2`, metrics)
    const gauges = [metrics.rateTarget, metrics.startTime]
    const [rate, start = 0] = (await Promise.all(gauges.map((gauge) => gauge.get()))).map(
      ({ values }) => values[0]?.value,
    )
    const { ledger, startedAt } = await load.finished
    return [ledger.planned, rate, Math.round((start - startedAt.getTime() / 1000) * 1e6)]
  }
  assert.deepEqual(await Promise.all([valuesOf(0), valuesOf(1)]), [
    [2, 50, 0],
    [2, 50, 1],
  ])
})
