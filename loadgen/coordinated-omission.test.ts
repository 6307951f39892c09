import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { type TestContext, test } from 'node:test'
import { after, now } from './clock.ts'
import { startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { parseOptions } from './options.ts'
import { planOf } from './plan.ts'
import { type Result, resultOf } from './result.ts'
import { answer, scriptedServer } from './scripted-server.ts'

// A server that answers at once, but for a time in which it answers nothing, has latencies that can be
// worked out on paper: docs/measuring-latency.md has the derivation.

const ratePerSecond = 200
const runSeconds = 6
const freezeSeconds = 1.2

/** The freeze begins somewhere between two requests, and it takes some time to answer all that were held. */
const slackSeconds = 2 / ratePerSecond

/** Within this, an answer was at once. */
const atOnceSeconds = 0.05

// Generator and server share this thread: whenever the machine lets it stand still, both do, and times are
// longer than on paper by as much. How long that was is measured, and allowed.
const stalls = monitorEventLoopDelay({ resolution: 5 })
const stallSeconds = () => (2 * stalls.max) / 1e9

/** Answers at once, and from `fromMs` after the first request on not at all until the freeze is over. */
const freezingServer = async (context: TestContext, fromMs: number) => {
  const held = new Set<Socket>()
  let firstAt: number | null = null
  let frozenAt: number | null = null
  let frozenMs = 0
  const thaw = () => {
    frozenMs = now() - (frozenAt ?? 0)
    for (const socket of held) socket.write(answer(200))
  }
  const { url, port } = await scriptedServer(context, (socket) => {
    firstAt ??= now()
    if (frozenAt === null && now() - firstAt >= fromMs) {
      frozenAt = now()
      setTimeout(thaw, freezeSeconds * 1000)
    }
    if (frozenAt === null || frozenMs > 0) socket.write(answer(200))
    else held.add(socket)
  })
  return { url, port, frozenSeconds: () => frozenMs / 1000, heldCount: () => held.size }
}

const runAgainst = async (server: { url: URL; port: number }, line = ''): Promise<Result> => {
  const usual = `--rate ${ratePerSecond} --duration ${runSeconds}s --arrivals even`
  const parsed = parseOptions(`${usual} ${line} ${server.url.href}`.split(/ +/))
  assert.ok('options' in parsed)
  const load = startLoad({
    options: parsed.options,
    plan: planOf({
      options: parsed.options,
      addresses: [{ host: '127.0.0.1', port: server.port }],
      body: null,
      ca: null,
    }),
    metrics: createMetrics(),
    now,
    after,
    startedAt: new Date(),
    timeOrigin: performance.timeOrigin,
    watchThread: () => () => ({ utilization: 0, longestPauseMs: 0 }),
  })
  return resultOf(await load.finished)
}

/**
 * Requests are due evenly over the freeze, and each waits from then to its end: of all requests the share
 * (F − x) / T waits longer than x. So the quantile q is F − (1 − q) T, or nothing where that is below 0.
 */
const onPaper = (q: number, frozenSeconds: number) =>
  Math.max(0, frozenSeconds - (1 - q) * runSeconds)

const quantiles = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99, p99_9: 0.999 } as const

/** Within two percent, 10 ms where that is little, and what the machine took. */
const near = (seen: number | null, expected: number, name: string) => {
  const slack = (expected === 0 ? atOnceSeconds : 0.02 * expected + slackSeconds) + stallSeconds()
  assert.ok(
    seen !== null && Math.abs(seen - expected) <= slack,
    `${name} is ${seen} s, on paper ${expected} s, allowed ${slack} s`,
  )
}

test('a frozen server: the response time is what can be worked out on paper', async (context) => {
  // One after the other, so that neither disturbs the other as it thaws.
  stalls.enable()
  context.after(() => stalls.disable())
  const [open, narrow] = [await freezingServer(context, 1000), await freezingServer(context, 3500)]
  const [all, oneAtATime] = await Promise.all([
    runAgainst(open),
    runAgainst(narrow, '--max-in-flight 1'),
  ])

  await context.test('when requests go out whatever the answers do', () => {
    const frozenSeconds = open.frozenSeconds()
    assert.equal(all.ok, ratePerSecond * runSeconds)
    for (const [name, q] of Object.entries(quantiles)) {
      near(all.responseTime[name as 'p50'], onPaper(q, frozenSeconds), name)
    }
    near(all.responseTime.max, frozenSeconds, 'max')
    assert.ok(
      Math.abs(open.heldCount() - ratePerSecond * frozenSeconds) <=
        2 + ratePerSecond * stallSeconds(),
      `${open.heldCount()}`,
    )
  })

  await context.test('and then the service time has it too, as all were sent when due', () => {
    for (const [name, q] of Object.entries(quantiles)) {
      near(all.serviceTime[name as 'p50'], onPaper(q, open.frozenSeconds()), name)
    }
  })

  await context.test('when each waits for the answer before, as a closed loop makes it', () => {
    assert.equal(oneAtATime.ok, ratePerSecond * runSeconds)
    assert.equal(narrow.heldCount(), 1)
    const frozenSeconds = narrow.frozenSeconds()
    near(oneAtATime.responseTime.p99, onPaper(0.99, frozenSeconds), 'p99')
    near(oneAtATime.responseTime.p99_9, onPaper(0.999, frozenSeconds), 'p99.9')
    near(oneAtATime.responseTime.max, frozenSeconds, 'max')
    near(oneAtATime.responseTime.p50, 0, 'p50')
  })

  await context.test('and then the service time, which such a tool reports, hides it', () => {
    near(oneAtATime.serviceTime.p99, 0, 'p99')
    near(oneAtATime.serviceTime.p99_9, 0, 'p99.9')
    near(oneAtATime.serviceTime.max, narrow.frozenSeconds(), 'max')
  })
})
