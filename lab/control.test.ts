import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { createControl, Refused } from './control.ts'

/** A listener that answers everything with one status and body, and what it was asked. */
async function listener(status: number, body: string) {
  const asked: { method?: string; url?: string; host?: string; body: string }[] = []
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request
    asked.push({ method, url, host: headers.host ?? '', body: await text(request) })
    response.writeHead(status).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const stop = async () => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url, asked, stop }
}

test('whatever the listener is called, it is asked as localhost', async () => {
  const { url, asked, stop } = await listener(200, '{"name":"constant","parameters":{}}')
  const control = createControl(url)
  await control.change({ name: 'constant', parameters: { delay: 1 } })
  await control.truth([0.5, 1])
  await stop()
  assert.deepEqual(asked, [
    {
      method: 'PUT',
      url: '/api/behaviour',
      host: 'localhost',
      body: '{"name":"constant","parameters":{"delay":1}}',
    },
    { method: 'GET', url: '/api/truth?q=0.5&q=1', host: 'localhost', body: '' },
  ])
})

test('mistakes that the listener names come as they are', async () => {
  const { url, stop } = await listener(400, '{"mistakes":["a: is wrong","b: too"]}')
  await assert.rejects(createControl(url).change({ name: 'a' }), (error) => {
    assert.ok(error instanceof Refused)
    assert.deepEqual(error.mistakes, ['a: is wrong', 'b: too'])
    return true
  })
  await stop()
})

test('who can’t reach the listener is told what to do', async () => {
  const { url, stop } = await listener(200, '')
  await stop()
  await assert.rejects(
    createControl(url).behaviour(),
    /doesn't answer at http:\/\/127\.0\.0\.1:\d+ \(ECONNREFUSED\): is the lab running \(make up\).*LAB_MODE=native make … does it/,
  )
})
