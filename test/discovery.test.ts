import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEtcd } from '../discovery/etcd.ts'
import { type RunningEtcd, startEtcd, until } from './etcd.ts'
import {
  freePort,
  type RunningServer,
  startDiscovery,
  startPrometheus,
  startServer,
} from './processes.ts'
import { readExposition } from './shown/exposition.ts'

// Servers, etcd, discovery and Prometheus, all of them real. The tests build on one another.

const leaseSeconds = 5
const started: { stop: () => Promise<void> }[] = []
let etcd: RunningEtcd
let prometheus: Awaited<ReturnType<typeof startPrometheus>>
let discovery: Awaited<ReturnType<typeof startDiscovery>>
let servers: RunningServer[]
let file: string

const add = async <T extends { stop: () => Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const one = await starting
  started.push(one)
  return one
}

const addServer = (id: string) =>
  add(startServer({ ETCD_URL: etcd.url, SERVICE_ID: id, LEASE_SECONDS: String(leaseSeconds) }))

before(async () => {
  etcd = await add(startEtcd())
  prometheus = await add(startPrometheus({ server: await freePort(), loadgen: await freePort() }))
  file = join(prometheus.folder, 'discovered', 'targets.json')
  discovery = await add(startDiscovery(etcd.url, file))
  servers = await Promise.all(['a', 'b', 'c'].map(addServer))
})

after(async () => {
  for (const { stop } of started.reverse()) await stop()
})

const listed = (path = file) => {
  const groups: { targets: string[]; labels: Record<string, string> }[] = JSON.parse(
    readFileSync(path, 'utf8'),
  )
  return groups.map(({ targets, labels }) => `${labels.service_id} ${targets}`)
}
const lineOf = (id: string, { port }: RunningServer) => `${id} 127.0.0.1:${port}`

const metric = async (name: string, { url } = discovery) => {
  const all = readExposition(await (await fetch(`${url}/metrics`)).text())
  return all.find((series) => series.name === name)?.value
}

/** What Prometheus scrapes in the job dynamic, by id, with how the last scrape went. */
const scraped = async (): Promise<Record<string, string>> => {
  const response = await fetch(`${prometheus.url}/api/v1/targets?state=active`)
  const { data } = (await response.json()) as {
    data: { activeTargets: { labels: Record<string, string>; health: string }[] }
  }
  const ofJob = data.activeTargets.filter(({ labels }) => labels.job === 'dynamic')
  return Object.fromEntries(ofJob.map(({ labels, health }) => [`${labels.service_id}`, health]))
}

const untilScraped = (expected: Record<string, string>, limitMs: number) =>
  until(
    `Prometheus has ${Object.keys(expected)}`,
    async () => JSON.stringify(sorted(await scraped())) === JSON.stringify(sorted(expected)),
    limitMs,
  )
const sorted = (all: object) => Object.entries(all).sort()

const logged = (text: string, { log } = discovery) => log.filter((line) => line.includes(text))

test('three servers up are three targets up, with the labels that they registered with', async () => {
  await untilScraped({ a: 'up', b: 'up', c: 'up' }, 20_000)
  assert.deepEqual(
    listed(),
    servers.map((server, i) => lineOf('abc'.charAt(i), server)),
  )
  assert.equal(await metric('discovery_targets'), 3)
  assert.equal(await metric('discovery_etcd_up'), 1)
  const left = (await metric('discovery_lease_remaining_seconds')) ?? 0
  assert.ok(left > 0 && left <= leaseSeconds, `${left} s`)
})

test('one that is added is a target within five seconds, and one that ends in order is none at once', async () => {
  const server = await addServer('d')
  await until('it is in the list', () => listed().includes(lineOf('d', server)), 4000)
  await until('Prometheus has it', async () => 'd' in (await scraped()), 5000)
  await server.stop()
  await until('it is out of the list', () => !listed().includes(lineOf('d', server)), 4000)
  await untilScraped({ a: 'up', b: 'up', c: 'up' }, 6000)
})

test('the list is written when it changes, and only then', async () => {
  const { mtimeMs, ino } = statSync(file)
  const [writes, confirmed] = [
    await metric('discovery_writes_total'),
    await metric('discovery_list_timestamp_seconds'),
  ]
  await until(
    'it is confirmed anew',
    async () => (await metric('discovery_list_timestamp_seconds')) !== confirmed,
    10_000,
  )
  assert.deepEqual([statSync(file).mtimeMs, statSync(file).ino], [mtimeMs, ino])
  assert.equal(await metric('discovery_writes_total'), writes)
})

test('values that are no registration are skipped, named in the log, and counted once each', async () => {
  const sound = JSON.parse((await etcd.all())['/service/httpserver/a']?.value ?? '')
  const wrong = {
    '/service/httpserver/x1': '{',
    '/service/httpserver/x2': JSON.stringify({ ...sound, id: 'x2', port: '80', host: 'a b' }),
    '/service/other/x3': JSON.stringify({ ...sound, id: 'x3' }),
    '/service/httpserver/x4': 'null',
  }
  const before = listed()
  for (const [key, value] of Object.entries(wrong)) await etcd.put(key, value)
  await until('all are named', () => logged('no registration').length === 4)
  // Once more, and all is read anew: no more are counted.
  await sleep(5500)
  assert.equal(await metric('discovery_invalid_values_total'), 4)
  assert.deepEqual(
    logged('no registration')
      .map((line) => JSON.parse(line))
      .map(({ key, mistakes }) => [key, mistakes])
      .sort(),
    [
      ['/service/httpserver/x1', ['is no JSON']],
      [
        '/service/httpserver/x2',
        ['host must be a name or an address', 'port must be a whole number from 1 to 65535'],
      ],
      ['/service/httpserver/x4', ['it must be an object']],
      ['/service/other/x3', ['name and id belong under /service/httpserver/x3']],
    ],
  )
  assert.deepEqual(listed(), before)
  for (const key of Object.keys(wrong)) await etcd.remove(key)
})

test('while etcd is gone the list stays as it is, and its age grows; nothing is lost when it is back', async () => {
  const { mtimeMs } = statSync(file)
  await etcd.kill()
  await until('it is noticed', async () => (await metric('discovery_etcd_up')) === 0)
  const age = async () =>
    Date.now() / 1000 - ((await metric('discovery_list_timestamp_seconds')) ?? 0)
  // More than two leases.
  await until('12 s have passed', async () => (await age()) > 12)
  assert.equal(statSync(file).mtimeMs, mtimeMs)
  assert.deepEqual(await scraped(), { a: 'up', b: 'up', c: 'up' })
  await etcd.start()
  await until('it is noticed', async () => (await metric('discovery_etcd_up')) === 1)
  assert.ok((await age()) < 6)
  await sleep((leaseSeconds + 2) * 1000)
  assert.equal(statSync(file).mtimeMs, mtimeMs)
  assert.equal(logged('etcd does not answer').length, 1)
})

test('an etcd that comes back empty costs no target; a server that died meanwhile goes a lease later', async () => {
  const { mtimeMs } = statSync(file)
  await etcd.kill()
  process.kill(servers[2]?.pid ?? 0, 'SIGKILL')
  await etcd.start({ empty: true })
  await until('some are kept', async () => ((await metric('discovery_kept_targets')) ?? 0) > 0)
  await until('the two are back in etcd', async () => Object.keys(await etcd.all()).length === 2)
  assert.equal(statSync(file).mtimeMs, mtimeMs)
  await until('the third is gone', () => listed().length === 2, (leaseSeconds + 10) * 1000)
  assert.equal(await metric('discovery_kept_targets'), 0)
  await untilScraped({ a: 'up', b: 'up' }, 6000)
})

test('a server that is killed with -9 is no target any more within its lease and ten seconds', async () => {
  process.kill(servers[1]?.pid ?? 0, 'SIGKILL')
  await untilScraped({ a: 'up' }, (leaseSeconds + 10) * 1000)
})

test('a watch from a revision that was compacted away ends with an error, and the list goes on', async () => {
  for (let i = 0; i < 5; i++) await etcd.put('/service-other', `${i}`)
  const { revision } = await createEtcd({ url: etcd.url }).range()
  await etcd.call('/v3/kv/compaction', { revision: String(revision), physical: true })
  await assert.rejects(
    createEtcd({ url: etcd.url }).change(1, AbortSignal.timeout(5000)),
    new RegExp(`compact_revision ${revision}`),
  )
  const server = await addServer('e')
  await until('it is in the list', () => listed().includes(lineOf('e', server)), 4000)
  await server.stop()
})

test('a watch whose connection is dead without a word is found out, and the change is in the list', async (t) => {
  const proxy = await startProxy(Number(new URL(etcd.url).port))
  const folder = mkdtempSync(join(tmpdir(), 'lab-discovery-'))
  const path = join(folder, 'targets.json')
  const through = await startDiscovery(proxy.url, path)
  t.after(async () => {
    await through.stop()
    proxy.stop()
    rmSync(folder, { recursive: true })
  })
  await until('it has the list', () => statSync(path, { throwIfNoEntry: false }))
  await until('the watch is open', () => proxy.openWatches().length === 1)
  proxy.freezeWatches()
  const server = await addServer('f')
  await until('it is in the list', () => listed(path).includes(lineOf('f', server)), 8000)
  await until('it is named', () => logged('the watch is dead', through).length === 1, 3000)
  await server.stop()
  await until('the new watch tells', () => !listed(path).includes(lineOf('f', server)), 4000)

  proxy.freezeAll()
  const { mtimeMs } = statSync(path)
  await until('it is noticed', async () => (await metric('discovery_etcd_up', through)) === 0)
  assert.equal(statSync(path).mtimeMs, mtimeMs)
})

test('a discovery that starts while etcd is gone leaves the list of the one before it', async (t) => {
  const before = readFileSync(file, 'utf8')
  await discovery.stop()
  const other = await startDiscovery('http://127.0.0.1:1', file)
  t.after(other.stop)
  await until('it has looked', () => logged('etcd does not answer', other).length === 1)
  assert.equal(readFileSync(file, 'utf8'), before)
  assert.equal(await metric('discovery_targets', other), listed().length)
  const told = (await metric('discovery_list_timestamp_seconds', other)) ?? 0
  assert.ok(Math.abs(told - statSync(file).mtimeMs / 1000) < 0.01)
})

/** Passes connections on to a port of this machine, and can become deaf to what comes back. */
async function startProxy(port: number) {
  const sockets: { client: Socket; upstream: Socket; isWatch: boolean; answered: boolean }[] = []
  let deaf = false
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    const pair = { client, upstream, isWatch: false, answered: false }
    sockets.push(pair)
    for (const socket of [client, upstream]) socket.on('error', () => {})
    client.on('data', (data) => {
      // A kept connection may have had another call before.
      pair.isWatch = data.includes('/v3/watch')
      pair.answered = false
      if (!deaf) upstream.write(data)
    })
    upstream.on('data', (data) => {
      pair.answered = true
      client.write(data)
    })
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const openWatches = () => sockets.filter(({ isWatch, answered }) => isWatch && answered)
  const mute = ({ upstream }: (typeof sockets)[number]) =>
    upstream.removeAllListeners('data').resume()
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    openWatches,
    freezeWatches: () => openWatches().forEach(mute),
    freezeAll() {
      deaf = true
      sockets.forEach(mute)
    },
    stop() {
      server.close()
      for (const { client } of sockets) client.destroy()
    },
  }
}
