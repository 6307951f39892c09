import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { createInflux } from './influx.ts'

test('each interval has a time of its own, also when the clock is put back', async () => {
  const bodies: string[] = []
  const database = createServer(async (request, response) => {
    bodies.push(await text(request))
    response.writeHead(204).end()
    database.emit('body')
  }).listen(0, '127.0.0.1')
  await once(database, 'listening')
  const INFLUX_URL = `http://127.0.0.1:${(database.address() as AddressInfo).port}`
  const config = readConfig({ INFLUX_URL, INFLUX_INTERVAL: '100ms' }, '1')
  assert.ok(config.influx)
  let clock = 5000
  const logger = pino({ level: 'silent' })
  const now = () => {
    clock -= 1000
    return clock
  }
  const influx = createInflux({ config: config.influx, logger, now })
  const { app } = createApp({ config, logger, observers: [influx.observer] })
  const registry = new Registry()
  const end = influx.begin(registry, 'here:1')
  for (let i = 0; i < 2; i++) {
    await app.request('/ping')
    await once(database, 'body')
  }
  await app.request('/ping')
  await end(5000)
  database.close()
  database.closeAllConnections()
  const counted = bodies.map((body) => /^count_request,\S+ (\S+) (\d+)$/m.exec(body)?.slice(1))
  assert.deepEqual(counted.slice(1), [
    ['value=1i', String(Number(counted[0]?.[1]) + 1)],
    ['value=1i', String(Number(counted[0]?.[1]) + 2)],
  ])
  assert.match(await registry.metrics(), /influx_requests_total\{outcome="written"\} 3\n/)
})
