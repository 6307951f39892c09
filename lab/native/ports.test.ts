import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { isTaken, whoListens } from './ports.ts'

for (const host of ['127.0.0.1', '0.0.0.0', '::', '::1']) {
  test(`a port that is listened on at ${host} is taken, by a process that can be named`, async () => {
    const listener = createServer().listen(0, host)
    await once(listener, 'listening')
    const { port } = listener.address() as AddressInfo
    assert.equal(await isTaken(port), true)
    assert.match((await whoListens(port)) ?? '', new RegExp(`^\\S.* \\(process ${process.pid}\\)$`))
    listener.close()
    await once(listener, 'close')
    assert.equal(await isTaken(port), false)
    assert.equal(await whoListens(port), undefined)
  })
}
