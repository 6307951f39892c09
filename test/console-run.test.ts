import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { parseOptions } from '../loadgen/options.ts'
import type { SoFar } from '../loadgen/so-far.ts'
import {
  arrivals,
  loadOptions,
  type ProfileParameter,
  profileNames,
  profiles,
  readRunRequest,
} from '../server/console/run-request.ts'
import { createLoadRuns } from '../server/load-run.ts'
import { freePort, startServer } from './processes.ts'

type Run = {
  state: string
  exitCode: number | null
  line: string
  soFar: SoFar | null
  metricsPort: number
  elapsedSeconds: number
  result: Record<string, number> & { options: Record<string, unknown> }
}

// The port that Prometheus scrapes is the lab's own, if one runs on this machine.
const quick = { BEHAVIOUR: 'constant', LOADGEN_METRICS_PORT: '0' }
const steady = { profile: 'constant', parameters: { rate: 40 }, arrivals: 'even' }

const ask = async (url: string, method: string, body?: unknown) => {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await fetch(`${url}/api/run`, { method, ...init })
  return { status: response.status, body: (await response.json()) as Run & { mistakes: string[] } }
}

const runOf = async (url: string) =>
  ((await (await fetch(`${url}/api/live`)).json()) as { run: Run | null }).run

const until = async (url: string, state: string) => {
  for (;;) {
    const run = await runOf(url)
    if (run?.state === state) return run
    await sleep(50)
  }
}

test('every run that a page may ask for is one that the load generator takes', () => {
  const request = fc.constantFrom(...profileNames).chain((profile) => {
    const known: Record<string, ProfileParameter> = profiles[profile].parameters
    const parameters = fc.record(
      Object.fromEntries(
        Object.entries(known).map(([name, { min, max, whole }]) => [
          name,
          whole ? fc.integer({ min, max }) : fc.double({ min, max, noNaN: true }),
        ]),
      ),
    )
    const durationSeconds = fc.double({ min: 1, max: 600, noNaN: true })
    return fc.record({
      profile: fc.constant(profile),
      parameters,
      durationSeconds,
      arrivals: fc.constantFrom(...arrivals),
    })
  })
  fc.assert(
    fc.property(request, (body) => {
      const read = readRunRequest(body)
      if ('mistakes' in read) return assert.match(read.mistakes.join(), /at least one rate/)
      const parsed = parseOptions(loadOptions(read))
      assert.ok('options' in parsed, JSON.stringify(parsed))
      assert.equal(parsed.options.profile.kind, read.profile)
      assert.ok(Math.abs((parsed.options.durationMs ?? 0) - read.durationSeconds * 1000) < 1)
    }),
    { numRuns: 500 },
  )
})

test('a run loads this server, tells how far it is, and ends with its account', async () => {
  const server = await startServer(quick)
  try {
    const { status, body } = await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 2 })
    assert.equal(status, 200)
    assert.equal(body.state, 'running')
    const second = await ask(server.controlUrl, 'POST', {})
    assert.deepEqual(
      [second.status, second.body.mistakes],
      [409, ['a run is under way: there is one at a time']],
    )
    const run = await until(server.controlUrl, 'ended')
    assert.equal(run.exitCode, 0)
    assert.deepEqual([run.result.planned, run.result.ok], [80, 80])
    assert.equal(run.result.options.url, `${server.url}/`)
    assert.ok(run.elapsedSeconds >= 2)
    const truth = (await (await fetch(`${server.controlUrl}/api/truth`)).json()) as {
      count: number
    }
    assert.equal(truth.count, 80)
    // It is over, so another one may begin.
    assert.equal(
      (await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 1 })).status,
      200,
    )
  } finally {
    await server.stop()
  }
})

test('a run that is stopped still tells what it did', async () => {
  const server = await startServer(quick)
  try {
    await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 600 })
    // Its first line is there once the first requests are.
    while (!(await runOf(server.controlUrl))?.line) await sleep(50)
    const { body } = await ask(server.controlUrl, 'DELETE')
    assert.equal(body.state, 'stopping')
    const run = await until(server.controlUrl, 'ended')
    assert.equal(run.exitCode, 130)
    assert.ok((run.result.ok ?? 0) > 0)
    assert.equal((await ask(server.controlUrl, 'DELETE')).status, 409)
  } finally {
    await server.stop()
  }
})

test('a run tells each second how it goes, response beside service time', async () => {
  const server = await startServer({ ...quick, CONCURRENCY: '1' })
  try {
    // One place for what takes 250 ms, and 8 of them a second.
    const parameters = { rate: 8 }
    await ask(server.controlUrl, 'POST', { ...steady, parameters, durationSeconds: 600 })
    const told: SoFar[] = []
    while (told.length < 4) {
      const soFar = (await runOf(server.controlUrl))?.soFar
      if (soFar && soFar.elapsedSeconds !== told.at(-1)?.elapsedSeconds) told.push(soFar)
      await sleep(50)
    }
    const [first, ...rest] = told as [SoFar, ...SoFar[]]
    assert.ok(first.elapsedSeconds < 4, `${first.elapsedSeconds} s`)
    const apart = ((rest.at(-1)?.elapsedSeconds ?? 0) - first.elapsedSeconds) / rest.length
    // A busy machine may miss one.
    assert.ok(apart > 0.9 && apart < 3, `every ${apart} s`)
    const last = rest.at(-1)
    assert.ok(last && last.planned === last.ok + last.inFlight, JSON.stringify(last))
    assert.ok((last.responseTime.p50 ?? 0) > 0.3)
    assert.ok((last.responseTime.p99 ?? 0) >= (last.serviceTime.p99 ?? 1))
    assert.equal((await runOf(server.controlUrl))?.metricsPort, 0)
  } finally {
    await server.stop()
  }
})

test('a run that is stopped before it has begun is one that was stopped', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-generator-'))
  t.after(() => rmSync(folder, { recursive: true }))
  // As the generator is while it loads its modules: nothing in it takes a signal yet.
  const main = join(folder, 'main.ts')
  writeFileSync(main, 'setInterval(() => {}, 1000)')
  const runs = createLoadRuns({
    target: () => 'http://127.0.0.1:9/',
    env: { PATH: process.env.PATH },
    node: process.execPath,
    main,
    metricsPort: 0,
  })
  const asked = readRunRequest({})
  assert.ok(!('mistakes' in asked))
  await runs.start(asked)
  assert.equal(runs.stop(), true)
  while (runs.current?.state !== 'ended') await sleep(20)
  const { exitCode, line } = runs.current
  assert.deepEqual([exitCode, line], [130, 'it was stopped before it had begun'])
})

test('a generator that is killed is told of, and another run may begin', async () => {
  const server = await startServer(quick)
  try {
    await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 600 })
    while (!(await runOf(server.controlUrl))?.soFar) await sleep(50)
    for (const pid of childrenOf(server.pid)) process.kill(pid, 'SIGKILL')
    const { exitCode, line, result } = await until(server.controlUrl, 'ended')
    assert.deepEqual(
      [exitCode, line, result],
      [1, 'the load generator was ended by SIGKILL, and its account is lost', null],
    )
    const again = await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 1 })
    assert.equal(again.status, 200)
  } finally {
    await server.stop()
  }
})

test('a run ends with its server, also when that is killed', async () => {
  const server = await startServer(quick)
  await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 600 })
  while (!(await runOf(server.controlUrl))?.soFar) await sleep(50)
  const [pid = 0] = childrenOf(server.pid)
  process.kill(server.pid, 'SIGKILL')
  const deadline = performance.now() + 5000
  while (isThere(pid)) {
    assert.ok(performance.now() < deadline, 'it goes on, and nobody can stop it')
    await sleep(20)
  }
})

test('a run ends with its server', async () => {
  const server = await startServer({ ...quick, DRAIN_SECONDS: '1' })
  await ask(server.controlUrl, 'POST', { ...steady, durationSeconds: 600 })
  while (!(await runOf(server.controlUrl))?.line) await sleep(50)
  const pids = childrenOf(server.pid)
  assert.equal(pids.length, 1)
  await server.stop()
  // By itself it would give up after a second and a half without an answer.
  const deadline = performance.now() + 1000
  while (isThere(pids[0] ?? 0)) {
    assert.ok(performance.now() < deadline, 'it outlives its server')
    await sleep(20)
  }
})

test('the generator serves metrics where that port is free, and none where it is taken', async () => {
  const port = await freePort()
  const taken = createServer().listen(port)
  await once(taken, 'listening')
  const runs = createLoadRuns({
    target: () => 'http://127.0.0.1:9/',
    env: { PATH: process.env.PATH },
    node: process.execPath,
    metricsPort: port,
  })
  const asked = readRunRequest({ durationSeconds: 1 })
  assert.ok(!('mistakes' in asked))
  const ended = async () => {
    while (runs.current?.state !== 'ended') await sleep(20)
    return runs.current
  }
  await runs.start(asked)
  // Nothing listens on port 9, and it is told so; a port that is taken would have been bad usage.
  assert.equal((await ended()).exitCode, 4)
  taken.close()
  await once(taken, 'close')
  await runs.start(asked)
  let served = false
  while (runs.current?.state !== 'ended') {
    served ||= await fetch(`http://127.0.0.1:${port}/metrics`).then(
      ({ ok }) => ok,
      () => false,
    )
    await sleep(10)
  }
  assert.ok(served)
})

test('where there is no generator, or no address for it, the reason is told', async () => {
  const options = { env: {}, node: process.execPath, metricsPort: 0 }
  const asked = readRunRequest({})
  assert.ok(!('mistakes' in asked))
  const nowhere = createLoadRuns({
    ...options,
    target: () => 'http://127.0.0.1:9/',
    main: '/none.ts',
  })
  assert.match(nowhere.refusal ?? '', /not beside this server/)
  const secret = createLoadRuns({ ...options, target: () => undefined })
  assert.match(secret.refusal ?? '', /can’t reach/)
  for (const runs of [nowhere, secret]) assert.equal(await runs.start(asked), undefined)
})

/** The processes that another one has started. */
const childrenOf = (parent: number): number[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([pid = 0, of]) => (of === parent ? [pid] : []))

/** Runs it, still? What has ended and is a zombie does not. */
const isThere = (pid: number) =>
  execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .some(([each, state = '']) => Number(each) === pid && !state.startsWith('Z'))
