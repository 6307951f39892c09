import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startRegistration } from './registration.ts'
import type { Registration } from './registration-config.ts'
import { defaultId } from './registration-config.ts'
import type { Etcd, Lease } from './registration-etcd.ts'

// The order of things, in a time of the test's own. A real etcd is in test/registration.test.ts.

const registration: Registration = {
  etcdUrl: 'http://127.0.0.1:1',
  name: 'shop',
  id: 'a',
  host: '10.0.0.1',
  port: undefined,
  leaseSeconds: 9,
}

/** An etcd of one key, that can be told to fail. */
function memoryEtcd() {
  const state = {
    failing: false,
    granted: 0,
    alive: new Set<string>(),
    owner: undefined as string | undefined,
    value: '',
  }
  const answer = async <T>(value: () => T): Promise<T> => {
    if (state.failing) throw new Error('fetch failed', { cause: new Error('ECONNREFUSED') })
    return value()
  }
  const etcd: Etcd = {
    grant: () =>
      answer(() => {
        const lease: Lease = { id: String(++state.granted), seconds: 9 }
        state.alive.add(lease.id)
        return lease
      }),
    keepAlive: ({ id }) => answer(() => state.alive.has(id)),
    put: (_, value, { id }) =>
      answer(() => {
        state.owner = id
        state.value = value
      }),
    leaseOf: () => answer(() => state.owner),
    revoke: ({ id }) =>
      answer(() => {
        state.alive.delete(id)
        if (state.owner === id) state.owner = undefined
      }),
  }
  return { etcd, state }
}

/** A registration whose pauses last until the test ends them. */
function scripted({ random = () => 1 }: { random?: () => number } = {}) {
  const { etcd, state } = memoryEtcd()
  const log: [level: string, text: string][] = []
  const pauses: { ms: number; end: () => void }[] = []
  const waiting: (() => void)[] = []
  const registered = startRegistration({
    registration,
    port: 8080,
    routes: [{ method: 'GET', path: '/images' }],
    logger: {
      info: (_: object, text?: string) => log.push(['info', String(text)]),
      warn: (_: object, text?: string) => log.push(['warn', String(text)]),
    } as never,
    etcd,
    random,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        pauses.push({ ms, end: resolve })
        waiting.shift()?.()
      }),
  })
  /** Ends the pause, if there is one, and answers with how long the next one is to be. */
  const next = async () => {
    const paused = new Promise<void>((resolve) => waiting.push(resolve))
    pauses.at(-1)?.end()
    await paused
    return pauses.at(-1)?.ms
  }
  return { state, log, next, registered }
}

test('the entry says where the server is, and its routes are the app’s', async () => {
  const { state, next, registered } = scripted()
  assert.equal(await next(), 3000, 'a third of the lease')
  assert.deepEqual(JSON.parse(state.value), {
    id: 'a',
    name: 'shop',
    host: '10.0.0.1',
    port: 8080,
    lease_time: 9,
    routes: [{ method: 'GET', path: '/images' }],
  })
  await registered.withdraw()
  assert.equal(state.owner, undefined)
})

test('a lease that has run out is granted anew, and a key that was removed is written anew', async () => {
  const { state, next, log, registered } = scripted()
  await next()
  state.alive.clear()
  state.owner = undefined
  await next()
  assert.equal(state.owner, '2')
  state.owner = undefined
  await next()
  assert.equal(state.owner, '3')
  assert.deepEqual(
    log.filter(([level]) => level === 'warn').map(([, text]) => text),
    ['etcd has lost the registration', 'etcd has lost the registration'],
  )
  await registered.withdraw()
})

test('an etcd that is gone is a line in the log, and pauses double up to a third of the lease', async () => {
  const { state, next, log, registered } = scripted()
  await next()
  state.failing = true
  const pauses = []
  for (let i = 0; i < 7; i++) pauses.push(await next())
  assert.deepEqual(pauses, [250, 500, 1000, 2000, 3000, 3000, 3000])
  state.failing = false
  assert.equal(await next(), 3000)
  assert.deepEqual(
    log.map(([, text]) => text),
    ['registered in etcd', 'etcd does not answer', 'etcd answers again'],
  )
  await registered.withdraw()
})

test('chance makes a pause as short as half of it', async () => {
  const { state, next, registered } = scripted({ random: () => 0 })
  state.failing = true
  assert.equal(await next(), 125)
  await registered.withdraw()
})

test('two servers with one id don’t quarrel: the first one says so once, and takes nothing away', async () => {
  const { state, next, log, registered } = scripted()
  await next()
  state.owner = 'other'
  await next()
  await next()
  assert.equal(state.owner, 'other')
  assert.deepEqual(log.at(-1), ['warn', 'another server has registered with this SERVICE_ID'])
  assert.equal(log.length, 2)
  await registered.withdraw()
  assert.equal(state.owner, 'other')
  state.owner = undefined
})

test('a withdrawal that etcd does not answer ends all the same', async () => {
  const { state, next, log, registered } = scripted()
  await next()
  state.failing = true
  await registered.withdraw()
  assert.deepEqual(log.at(-1), ['warn', 'not withdrawn: the lease will run out'])
})

test('a server without an id is named by its machine and its port', () => {
  assert.equal(defaultId(8080, 'd0c5'), 'd0c5-8080')
  assert.equal(defaultId(8080, 'my.machine.local'), 'my-machine-local-8080')
  assert.equal(defaultId(1, '…'), 'server-1')
})
