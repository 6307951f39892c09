import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { after, test } from 'node:test'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { type LabEnv, type Outcome, observeExchanges, UNMATCHED } from './exchange.ts'

const outcomes: Outcome[] = []
let outcomeSeen = Promise.withResolvers<Outcome>()
const observed = observeExchanges([
  {
    started: () => {},
    ended(_, outcome) {
      outcomes.push(outcome)
      outcomeSeen.resolve(outcome)
      outcomeSeen = Promise.withResolvers()
    },
  },
])

const app = new Hono<LabEnv>()
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
app.get(
  '/items/:id',
  observed('/items/:id', (c) => c.text('one')),
)
app.get(
  '/throws',
  observed('/throws', () => {
    throw new Error('on purpose')
  }),
)
app.get(
  '/stream',
  observed('/stream', () => {
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('first'))
        await later(150)
        // A reader who has gone has closed the stream.
        try {
          controller.enqueue(new TextEncoder().encode('last'))
          controller.close()
        } catch {}
      },
    })
    return new Response(body)
  }),
)
app.get(
  '/slow',
  observed('/slow', async (c) => {
    await later(300)
    return c.text('slow')
  }),
)
app.notFound(observed(UNMATCHED, (c) => c.text('no such route', 404)))
app.onError((_, c) => c.text('failed', 500))

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
await once(server, 'listening')
const { port } = server.address() as AddressInfo
after(() => server.close())

/** The outcome of a request that is read to its end. */
async function outcomeOf(path: string, method = 'GET'): Promise<Outcome> {
  const seen = outcomeSeen.promise
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
  await response.arrayBuffer()
  return seen
}

/** The outcome of a request whose client hangs up `afterMs` after it has sent it. */
async function outcomeOfAborted(path: string, afterMs: number): Promise<Outcome> {
  const seen = outcomeSeen.promise
  const socket = connect(port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: lab\r\n\r\n`)
  await later(afterMs)
  socket.destroy()
  return seen
}

test('the route is the pattern, and the status what was sent', async () => {
  const { route, status } = await outcomeOf('/items/42')
  assert.deepEqual([route, status], ['/items/:id', 200])
})

test('HEAD has the route of GET', async () => {
  const { route, status } = await outcomeOf('/items/42', 'HEAD')
  assert.deepEqual([route, status], ['/items/:id', 200])
})

test('a handler that throws is a 500 of its own route', async () => {
  const { route, status } = await outcomeOf('/throws')
  assert.deepEqual([route, status], ['/throws', 500])
})

test('a path without a route is 404 and unmatched', async () => {
  const { route, status } = await outcomeOf('/nowhere')
  assert.deepEqual([route, status], ['unmatched', 404])
})

test('a streamed answer lasts until its last byte', async () => {
  const { status, durationMs } = await outcomeOf('/stream')
  assert.equal(status, 200)
  assert.ok(durationMs >= 149, `${durationMs} ms`)
})

test('a client that goes away before the answer is 499, after as long as it stayed', async () => {
  const { route, status, durationMs } = await outcomeOfAborted('/slow', 50)
  assert.deepEqual([route, status], ['/slow', 499])
  assert.ok(durationMs < 290, `${durationMs} ms`)
})

test('a client that goes away in the middle of a streamed answer is 499', async () => {
  assert.equal((await outcomeOfAborted('/stream', 50)).status, 499)
})

test('each request ends once', async () => {
  const before = outcomes.length
  await Promise.all(Array.from({ length: 50 }, () => fetch(`http://127.0.0.1:${port}/items/1`)))
  while (outcomes.length < before + 50) await outcomeSeen.promise
  await outcomeOf('/items/2')
  assert.equal(outcomes.length, before + 51)
})
