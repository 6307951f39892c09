import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { after, now } from './clock.ts'
import { startLoad } from './load.ts'
import { createMetrics } from './metrics.ts'
import { parseOptions } from './options.ts'
import { planOf } from './plan.ts'
import { resultOf } from './result.ts'
import { answer, reset } from './scripted-server.ts'
import { watchThread } from './thread-vitals.ts'

const faults = [
  'ok',
  'not found',
  'error',
  'slow',
  'freeze',
  'silence',
  'reset',
  'close',
  'half',
  'malformed',
  'close after',
  'restart',
] as const

type Fault = (typeof faults)[number]

/** A server that does to each request what the script says, over and over, and may go away for a while. */
class FaultyServer {
  port = 0
  #server: Server | null = null
  #sockets = new Set<Socket>()
  #script: Fault[]
  #requests = 0
  #frozen: Socket[] | null = null
  #over = false

  constructor(script: Fault[]) {
    this.#script = script
  }

  async open(): Promise<void> {
    // Two requests may each have asked for a restart.
    if (this.#over || this.#server) return
    this.#server = createServer((socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => {})
      socket.on('data', () => this.#meet(socket))
    })
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  /** Closes it for good, whatever restart may be under way. */
  async end(): Promise<void> {
    this.#over = true
    await this.close()
  }

  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = null
    for (const socket of this.#sockets) reset(socket)
    server.close()
    await once(server, 'close')
  }

  #meet(socket: Socket): void {
    if (this.#frozen) return void this.#frozen.push(socket)
    const ways: Record<Fault, () => unknown> = {
      ok: () => socket.write(answer(200)),
      'not found': () => socket.write(answer(404)),
      error: () => socket.write(answer(500)),
      slow: () => setTimeout(() => socket.write(answer(200)), 30),
      freeze: () => this.#freeze(socket),
      silence: () => {},
      reset: () => reset(socket),
      close: () => socket.end(),
      half: () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'),
      malformed: () => socket.write('SSH-2.0-OpenSSH\r\n\r\n'),
      'close after': () => socket.end(answer(200)),
      restart: () => this.close().then(() => setTimeout(() => this.open(), 20)),
    }
    ways[this.#script[this.#requests++ % this.#script.length] as Fault]()
  }

  #freeze(socket: Socket): void {
    const held = [socket]
    this.#frozen = held
    setTimeout(() => {
      this.#frozen = null
      for (const one of held) one.write(answer(200))
    }, 40)
  }
}

type Case = { script: Fault[]; maxInFlight: number; stopAtMs: number | null; closed: boolean }

const runThrough = async ({ script, maxInFlight, stopAtMs, closed }: Case) => {
  const server = new FaultyServer(script)
  await server.open()
  const line = `--requests 80 --rate 400 --arrivals even --timeout 100ms --max-in-flight ${maxInFlight} http://127.0.0.1:${server.port}/`
  const parsed = parseOptions([...line.split(' '), ...(closed ? ['--closed'] : [])])
  assert.ok('options' in parsed, JSON.stringify(parsed))
  const { options } = parsed
  const addresses = [{ host: '127.0.0.1', port: server.port }]
  const plan = planOf({ options, addresses, body: null, ca: null })
  const { timeOrigin } = performance
  const metrics = createMetrics()
  const startedAt = new Date()
  const load = startLoad({ options, plan, metrics, now, timeOrigin, after, startedAt, watchThread })
  const cancelStop = after(stopAtMs ?? 60_000, () => load.stop('interrupted'))
  const record = await load.finished
  cancelStop()
  await server.end()
  return { record, metrics }
}

test('whatever a server does, each request has one outcome, and the metrics have the same', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        script: fc.array(fc.constantFrom(...faults), { minLength: 2, maxLength: 12 }),
        maxInFlight: fc.constantFrom(1, 3, 10_000),
        stopAtMs: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 400 })),
        closed: fc.boolean(),
      }),
      async (some) => {
        const { record, metrics } = await runThrough(some)
        const { ledger, end } = record
        assert.equal(ledger.imbalance(), null)
        if (end.reason === 'completed') assert.equal(ledger.planned, 80)
        else assert.ok(ledger.planned <= 80)
        const result = resultOf(record)
        const { ok, httpErrors, networkErrors, timeouts, cancelled, neverSent } = result
        const sum = ok + httpErrors + networkErrors + timeouts + cancelled + neverSent
        assert.equal(sum, result.planned)
        const { values } = await metrics.requests.get()
        assert.equal(
          values.reduce((total, { value }) => total + value, 0),
          result.planned,
        )
        for (const [outcome, count] of Object.entries(ledger.counts)) if (count) seen.add(outcome)
      },
    ),
    { seed: 3, numRuns: 30, interruptAfterTimeLimit: 15_000 },
  )
  // A generator of faults that never meets one proves nothing.
  assert.deepEqual(
    seen,
    new Set(['ok', 'httpErrors', 'networkErrors', 'timeouts', 'cancelled', 'neverSent']),
  )
})

test('a target that never was is accounted for like any other', async () => {
  const { record } = await runThrough({
    script: ['restart', 'reset'],
    maxInFlight: 2,
    stopAtMs: null,
    closed: false,
  })
  assert.equal(record.ledger.imbalance(), null)
  assert.equal(record.ledger.counts.ok, 0)
  assert.equal(record.ledger.planned, 80)
})
