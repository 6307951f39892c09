import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'
import { createWriter } from './writer.ts'

type Reply = { status: number; body?: string; location?: string } | 'nothing'
type Asked = { path: string; body: string; authorization: string | undefined }

/** A database that replies as it is told to, and notes what it was asked. */
async function scripted(replies: Record<string, Reply[]>) {
  const asked: Asked[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const { url = '', headers } = request
    asked.push({
      path: url,
      body: await text(request),
      authorization: headers.authorization,
    })
    const path = url.replace(/\?.*/, '')
    const reply = replies[path]?.shift() ?? { status: 204 }
    if (reply === 'nothing') return
    const { status, body, location } = reply
    response.writeHead(status, location ? { location } : {}).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const missing = { status: 404, body: '{"error":"database not found: \\"lab\\""}' }

test('lines go to /write with database and precision, below the path that the URL has', async () => {
  const { url, asked } = await scripted({})
  const answer = await createWriter({ url: `${url}/base`, database: 'lab' })('a b=1i 1', 10_000)
  assert.deepEqual(answer, { outcome: 'written' })
  assert.deepEqual(asked, [
    { path: '/base/write?db=lab&precision=ms', body: 'a b=1i 1', authorization: undefined },
  ])
})

test('user and password go in a header, not in the address', async () => {
  const { url, asked } = await scripted({})
  await createWriter({ url, database: 'lab', user: 'ü', password: 'p:w' })('a b=1i 1', 10_000)
  const [, encoded = ''] = asked[0]?.authorization?.split('Basic ') ?? []
  assert.equal(Buffer.from(encoded, 'base64').toString(), 'ü:p:w')
  assert.doesNotMatch(asked[0]?.path ?? '', /p:w/)
})

const answers: [about: string, reply: Reply, answer: object][] = [
  [
    'bad lines are refused',
    { status: 400, body: '{"error":"partial write: field type conflict dropped=1"}' },
    { outcome: 'refused', why: 'it answers 400 partial write: field type conflict dropped=1' },
  ],
  ['too much at once is refused', { status: 413 }, { outcome: 'refused', why: 'it answers 413' }],
  [
    'InfluxDB 2 has its own word for a bad line',
    { status: 422, body: '{"code":"unprocessable entity","message":"no"}' },
    { outcome: 'refused', why: 'it answers 422 no' },
  ],
  [
    'a wrong password may be put right',
    { status: 401, body: '{"error":"authorization failed"}' },
    {
      outcome: 'failed',
      why: 'it answers 401 authorization failed: see INFLUX_USER and INFLUX_PASSWORD',
    },
  ],
  ['too many requests pass', { status: 429 }, { outcome: 'failed', why: 'it answers 429' }],
  [
    'an error of its own passes, whatever it says',
    { status: 503, body: '<p>not\nnow</p>' },
    { outcome: 'failed', why: 'it answers 503 <p>not now</p>' },
  ],
  [
    'a redirect is not followed: the password would go with it',
    { status: 307, location: '/elsewhere' },
    { outcome: 'failed', why: 'it answers 307' },
  ],
  ['no answer', 'nothing', { outcome: 'failed', why: 'no answer within 0.1 s' }],
]
for (const [about, reply, answer] of answers) {
  test(about, async () => {
    const { url } = await scripted({ '/write': [reply] })
    const patienceMs = reply === 'nothing' ? 100 : 10_000
    assert.deepEqual(await createWriter({ url, database: 'lab' })('x', patienceMs), answer)
  })
}

test('nobody there is named as the system does', async () => {
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const url = `http://127.0.0.1:${(free.address() as AddressInfo).port}`
  free.close()
  await once(free, 'close')
  assert.deepEqual(await createWriter({ url, database: 'lab' })('x', 10_000), {
    outcome: 'failed',
    why: 'ECONNREFUSED',
  })
})

test('a database that is not there is made, and the lines are sent again', async () => {
  const made = { status: 200, body: '{"results":[{"statement_id":0}]}' }
  const { url, asked } = await scripted({ '/write': [missing], '/query': [made] })
  assert.deepEqual(await createWriter({ url, database: 'lab' })('x', 10_000), {
    outcome: 'written',
  })
  assert.deepEqual(
    asked.map(({ path, body }) => [path, body]),
    [
      ['/write?db=lab&precision=ms', 'x'],
      ['/query', 'q=CREATE+DATABASE+%22lab%22'],
      ['/write?db=lab&precision=ms', 'x'],
    ],
  )
})

test('one that can’t be made is named, with what was said', async () => {
  const refusal = { status: 200, body: '{"results":[{"error":"not\\nallowed"}]}' }
  const { url } = await scripted({ '/write': [missing], '/query': [refusal] })
  assert.deepEqual(await createWriter({ url, database: 'lab' })('x', 10_000), {
    outcome: 'failed',
    why: 'it has no database lab (INFLUX_DATABASE), and did not make it: 200 not allowed',
  })
})
