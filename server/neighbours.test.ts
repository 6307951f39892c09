import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { createNeighbours } from './neighbours.ts'

/** Something that answers one path, and counts how often it was asked. */
async function listen(path: string) {
  const seen = { asked: 0 }
  const server = createServer((request, response) => {
    seen.asked += 1
    response.writeHead(request.url === path ? 200 : 404).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => server.close())
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, server, seen }
}

test('who answers is told with the port that it is published on', async () => {
  const [prometheus, other] = [await listen('/-/ready'), await listen('/')]
  const clock = { ms: 0 }
  const neighbours = createNeighbours({
    prometheus: { url: prometheus.url, port: 9999 },
    // Something is there, and is no Grafana.
    grafana: { url: other.url, port: 3000 },
    now: () => clock.ms,
  })
  assert.deepEqual(await neighbours(), { prometheus: 9999, grafana: null })
  clock.ms = 4999
  await Promise.all([neighbours(), neighbours()])
  assert.equal(prometheus.seen.asked, 1)
  prometheus.server.closeAllConnections()
  prometheus.server.close()
  clock.ms = 5000
  assert.deepEqual(await neighbours(), { prometheus: null, grafana: null })
})

test('who takes too long does not answer', async () => {
  const never = (_: unknown, { signal }: RequestInit = {}) =>
    new Promise<Response>((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason))
    })
  const at = { url: 'http://127.0.0.1:1', port: 1 }
  const fetch = never as typeof globalThis.fetch
  const neighbours = createNeighbours({ prometheus: at, grafana: at, fetch })
  // The timer of a signal doesn't keep a process alive.
  const alive = setInterval(() => {}, 1000)
  assert.deepEqual(await neighbours(), { prometheus: null, grafana: null })
  clearInterval(alive)
})
