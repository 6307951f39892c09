import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { type Client, createClient, type Outcome, type Target } from './client.ts'
import { type After, after, now } from './clock.ts'
import { encodeRequest } from './http-request.ts'
import { answer, type ScriptedServer, scriptedServer } from './scripted-server.ts'

type Some = { timeoutMs?: number; method?: string; after?: After; now?: () => number }

const targetOf = ({ url, port }: Pick<ScriptedServer, 'url' | 'port'>, method = 'GET'): Target => ({
  origin: { host: '127.0.0.1', port, tlsName: null },
  request: encodeRequest({ url, method, headers: [], body: null }),
})

const clientOf = (server: Pick<ScriptedServer, 'url' | 'port'>, { method, ...some }: Some = {}) =>
  createClient({
    targets: [targetOf(server, method)],
    ca: null,
    timeoutMs: 2000,
    now,
    after,
    ...some,
  })

const send = (client: Client) => new Promise<Outcome>((resolve) => client.send(0, resolve))

test('the request names the host and path of the URL, and the connection is kept', async (context) => {
  const requests: string[] = []
  const server = await scriptedServer(context, (socket, _n, request) => {
    requests.push(request)
    socket.write(answer(200))
  })
  const client = clientOf({ ...server, url: new URL('http://lab.example:81/a?b=c#d') })
  await send(client)
  await send(client)
  client.cancel()
  assert.equal(requests.length, 2)
  assert.match(requests[0] as string, /^GET \/a\?b=c HTTP\/1\.1\r\nHost: lab\.example:81\r\n/)
  assert.equal(server.connections(), 1)
})

test('requests at once have a connection each', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 4) for (const held of [...waiting, socket]) held.write(answer(200))
    else waiting.push(socket)
  })
  const waiting: import('node:net').Socket[] = []
  const client = clientOf(server)
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => send(client)))
  client.cancel()
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    Array(5).fill('answer'),
  )
  assert.equal(server.connections(), 5)
})

test('a burst is sent over connections that are begun a few at a time, and over those that became free', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  const client = clientOf(server)
  const begin = now()
  const outcomes = await Promise.all(Array.from({ length: 500 }, () => send(client)))
  client.cancel()
  const waits = outcomes.map((outcome) => (outcome.kind === 'answer' ? outcome.connectMs : 0))
  assert.equal(waits.filter((ms) => ms > 0).length, 500)
  // With one each there would be 500. What is answered meanwhile makes most of them needless.
  assert.ok(server.connections() < 400, `${server.connections()} connections`)
  assert.ok(client.longestOpeningMs > 0)
  assert.ok(client.longestOpeningMs <= now() - begin)
})

test('requests that all wait get a connection each in the end, as many as there are', async (context) => {
  const held: import('node:net').Socket[] = []
  const server = await scriptedServer(context, (socket) => {
    held.push(socket)
    if (held.length === 100) for (const one of held) one.write(answer(200))
  })
  const client = clientOf(server)
  await Promise.all(Array.from({ length: 100 }, () => send(client)))
  client.cancel()
  assert.equal(server.connections(), 100)
})

test('an answer on a kept connection waited for none', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(200)))
  const client = clientOf(server)
  const [first, second] = [await send(client), await send(client)]
  client.cancel()
  assert.ok(first.kind === 'answer' && second.kind === 'answer')
  assert.ok(first.connectMs > 0 && first.connectMs < 1000)
  assert.equal(second.connectMs, 0)
})

test('connections that do not open in time are given up, and do not stand in the way of later ones', async (context) => {
  // A stopped process accepts nothing: beyond its backlog of 1, connections neither open nor fail.
  const script = `require('http').createServer((_, response) => response.end()).listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })`
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  context.after(() => child.kill('SIGKILL'))
  const port = Number(String((await once(child.stdout, 'data'))[0]))
  const server = { port, url: new URL(`http://127.0.0.1:${port}/`) }
  const client = clientOf(server, { timeoutMs: 300 })
  child.kill('SIGSTOP')
  const outcomes = await Promise.all(Array.from({ length: 40 }, () => send(client)))
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['timeout']))
  child.kill('SIGCONT')
  // The kernel may have dropped a first packet while the backlog was full: then it takes another request.
  while ((await send(client)).kind !== 'answer');
  client.cancel()
})

test('an answer has its status, and its instants in order', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.write(answer(503)))
  const client = clientOf(server)
  const before = now()
  const outcome = await send(client)
  client.cancel()
  assert.ok(outcome.kind === 'answer')
  assert.equal(outcome.status, 503)
  assert.ok(before <= outcome.writtenAt && outcome.writtenAt <= outcome.endedAt)
  assert.ok(outcome.endedAt <= now())
})

test('a refused connection is a network error, and was never connected', async (context) => {
  const server = await scriptedServer(context, () => {})
  server.close()
  assert.deepEqual(await send(clientOf(server)), {
    kind: 'network error',
    code: 'ECONNREFUSED',
    connected: false,
  })
})

test('a reset, half an answer and no HTTP are network errors on a connection that was open', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 0) socket.resetAndDestroy()
    if (n === 1) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel')
    if (n === 2) socket.write('220 smtp.example ESMTP\r\n\r\n')
  })
  const client = clientOf(server)
  const codes = ['ECONNRESET', 'closed before the answer was whole', 'malformed answer']
  for (const code of codes) {
    assert.deepEqual(await send(client), { kind: 'network error', code, connected: true })
  }
  assert.equal(client.staleRetries, 0)
})

test('a request without an answer ends at its timeout, and not with its connection used again', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n > 0) socket.write(answer(200))
  })
  const client = clientOf(server, { timeoutMs: 100 })
  const before = now()
  assert.deepEqual(await send(client), { kind: 'timeout' })
  const elapsed = now() - before
  assert.ok(elapsed >= 100, `${elapsed} ms is early`)
  assert.equal((await send(client)).kind, 'answer')
  client.cancel()
  assert.equal(server.connections(), 2)
})

test('each request has its own deadline', async (context) => {
  const server = await scriptedServer(context, () => {})
  const client = clientOf(server, { timeoutMs: 120 })
  const lengths: number[] = []
  const sendAndMeasure = async () => {
    const before = now()
    await send(client)
    lengths.push(now() - before)
  }
  const first = sendAndMeasure()
  await new Promise((resolve) => setTimeout(resolve, 60))
  await Promise.all([first, sendAndMeasure(), sendAndMeasure()])
  assert.equal(lengths.length, 3)
  assert.ok(
    lengths.every((length) => length >= 120),
    `${lengths}`,
  )
})

test('a kept connection that the server closes under a request is replaced, once', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 1) socket.resetAndDestroy()
    else socket.write(answer(200))
  })
  const client = clientOf(server)
  assert.equal((await send(client)).kind, 'answer')
  assert.equal((await send(client)).kind, 'answer')
  client.cancel()
  assert.equal(client.staleRetries, 1)
  assert.equal(server.connections(), 2)
})

test('a request is sent a second time, and never a third', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 0) socket.write(answer(200))
    else socket.resetAndDestroy()
  })
  const client = clientOf(server)
  await send(client)
  assert.equal((await send(client)).kind, 'network error')
  assert.equal(client.staleRetries, 1)
})

test('an answer that has begun is not asked for again', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 0) socket.write(answer(200))
    else socket.end('HTTP/1.1 200 OK\r\n')
  })
  const client = clientOf(server)
  await send(client)
  assert.equal((await send(client)).kind, 'network error')
  assert.equal(client.staleRetries, 0)
})

test('a connection that the server closes while idle is not used again', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.end(answer(200)))
  const client = clientOf(server)
  await send(client)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal((await send(client)).kind, 'answer')
  assert.equal(client.staleRetries, 0)
  assert.equal(server.connections(), 2)
})

test('a connection that the server resets while idle is not used again', async (context) => {
  let reset = () => {}
  const server = await scriptedServer(context, (socket) => {
    socket.write(answer(200))
    reset = () => socket.resetAndDestroy()
  })
  const client = clientOf(server)
  await send(client)
  reset()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal((await send(client)).kind, 'answer')
  client.cancel()
  assert.equal(client.staleRetries, 0)
  assert.equal(server.connections(), 2)
})

test('a connection on which bytes came unasked is not used again', async (context) => {
  let chatter = () => {}
  const server = await scriptedServer(context, (socket) => {
    socket.write(answer(200))
    chatter = () => socket.write('by the way')
  })
  const client = clientOf(server)
  await send(client)
  chatter()
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal((await send(client)).kind, 'answer')
  client.cancel()
  assert.equal(client.staleRetries, 0)
  assert.equal(server.connections(), 2)
})

test('an answer that asks to close is the last on its connection, which the client closes', async (context) => {
  let closed = 0
  const server = await scriptedServer(context, (socket) => {
    socket.on('close', () => (closed += 1))
    socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')
  })
  const client = clientOf(server)
  // The second is sent while the first is still being told of, as a run does with those that wait.
  await new Promise((resolve) => client.send(0, () => client.send(0, resolve)))
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.equal(client.staleRetries, 0)
  assert.equal(server.connections(), 2)
  assert.equal(closed, 2)
})

test('an answer whose end is the close of the connection is whole', async (context) => {
  const server = await scriptedServer(context, (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall'))
  const outcome = await send(clientOf(server))
  assert.ok(outcome.kind === 'answer')
  assert.equal(outcome.status, 200)
})

test('the connection of a request that timed out is closed', async (context) => {
  const closed = Promise.withResolvers<void>()
  const server = await scriptedServer(context, (socket) => socket.on('close', closed.resolve))
  assert.equal((await send(clientOf(server, { timeoutMs: 50 }))).kind, 'timeout')
  await closed.promise
})

test('a cancelled client leaves no timer behind', async (context) => {
  const server = await scriptedServer(context, () => {})
  let timers = 0
  const counted: After = () => {
    timers += 1
    return () => {
      timers -= 1
    }
  }
  const client = clientOf(server, { timeoutMs: 60_000, after: counted })
  const outcome = send(client)
  assert.equal(timers, 1)
  client.cancel()
  await outcome
  assert.equal(timers, 0)
})

test('cancelling ends all that is in flight, at once', async (context) => {
  const server = await scriptedServer(context, () => {})
  const client = clientOf(server)
  const outcomes = Promise.all([send(client), send(client)])
  client.cancel()
  assert.deepEqual(await outcomes, [{ kind: 'cancelled' }, { kind: 'cancelled' }])
})

test('a request that may have been carried out is not sent a second time', async (context) => {
  const server = await scriptedServer(context, (socket, n) => {
    if (n === 1) socket.resetAndDestroy()
    else socket.write(answer(200))
  })
  const client = clientOf(server, { method: 'POST' })
  assert.equal((await send(client)).kind, 'answer')
  assert.deepEqual(await send(client), {
    kind: 'network error',
    code: 'ECONNRESET',
    connected: true,
  })
  client.cancel()
  assert.equal(client.staleRetries, 0)
})

test('an answer to HEAD has no body, and its connection is kept', async (context) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n'
  const server = await scriptedServer(context, (socket) => socket.write(head))
  const client = clientOf(server, { method: 'HEAD' })
  assert.equal((await send(client)).kind, 'answer')
  assert.equal((await send(client)).kind, 'answer')
  client.cancel()
  assert.equal(server.connections(), 1)
})

/** A clock that can be put forward, with timers that really wait. */
const clockOf = () => {
  let ahead = 0
  return { now: () => now() + ahead, forward: (ms: number) => (ahead += ms) }
}

test('an idle connection is not used when its server may be about to close it', async (context) => {
  const table: [keepAlive: string, idleMs: number, kept: boolean][] = [
    ['', 3900, true],
    ['', 4000, false],
    ['Keep-Alive: timeout=30\r\n', 28_900, true],
    ['Keep-Alive: timeout=30\r\n', 29_000, false],
    ['Keep-Alive: max=9, timeout=1\r\n', 450, true],
    ['Keep-Alive: max=9, timeout=1\r\n', 500, false],
  ]
  for (const [keepAlive, idleMs, kept] of table) {
    const server = await scriptedServer(context, (socket) =>
      socket.write(`HTTP/1.1 200 OK\r\n${keepAlive}Content-Length: 0\r\n\r\n`),
    )
    const clock = clockOf()
    const client = clientOf(server, { now: clock.now, timeoutMs: 60_000 })
    await send(client)
    clock.forward(idleMs)
    await send(client)
    client.cancel()
    assert.equal(server.connections(), kept ? 1 : 2, `${keepAlive} ${idleMs} ms`)
    assert.equal(client.staleRetries, 0)
  }
})

test('idle connections are closed before their server does, whether or not more is sent', async (context) => {
  const closed = Promise.withResolvers<void>()
  const server = await scriptedServer(context, (socket) => {
    socket.on('close', closed.resolve)
    socket.write('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n')
  })
  await send(clientOf(server))
  await closed.promise
})

test('each target has its own request, and its own connections', async (context) => {
  const seen: string[] = []
  const serve = (name: string) =>
    scriptedServer(context, (socket, _n, request) => {
      seen.push(`${name}: ${request.split('\r\n')[0]}`)
      socket.write(answer(200))
    })
  const [one, two] = [await serve('one'), await serve('two')]
  const client = createClient({
    targets: [
      targetOf(one),
      targetOf({ ...two, url: new URL('/b', two.url) }),
      targetOf({ ...one, url: new URL('/c', one.url) }, 'PUT'),
    ],
    ca: null,
    timeoutMs: 2000,
    now,
    after,
  })
  for (const target of [0, 1, 2]) {
    const outcome = await new Promise<Outcome>((resolve) => client.send(target, resolve))
    assert.equal(outcome.kind, 'answer')
  }
  client.cancel()
  assert.deepEqual(seen, ['one: GET / HTTP/1.1', 'two: GET /b HTTP/1.1', 'one: PUT /c HTTP/1.1'])
  // The first and the last go to the same place, over the same connection.
  assert.equal(one.connections(), 1)
  assert.equal(two.connections(), 1)
})
