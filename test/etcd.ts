import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findEtcd } from './etcd-binaries.ts'
import { freePort, root } from './processes.ts'

/** A value as it stands in etcd. */
export type Stored = { value: string; lease: string }

/** A real etcd on free ports, with data of its own; it can be killed, and started again in its place. */
export type RunningEtcd = {
  url: string
  pid: () => number
  /** SIGKILL, as a machine that loses power. */
  kill: () => Promise<void>
  /** Starts it again, on the same port. */
  start: (options?: { empty: boolean }) => Promise<void>
  stop: () => Promise<void>
  call: (path: string, body: object) => Promise<Record<string, never>>
  put: (key: string, value: string) => Promise<void>
  remove: (key: string) => Promise<void>
  /** All that is stored, by key. */
  all: () => Promise<Record<string, Stored>>
}

/** Starts an etcd; answers when it answers. */
export async function startEtcd(): Promise<RunningEtcd> {
  const program = await findEtcd(join(root, '.cache'), process.env.PATH ?? '')
  const folder = mkdtempSync(join(tmpdir(), 'lab-etcd-'))
  const url = `http://127.0.0.1:${await freePort()}`
  const peer = `http://127.0.0.1:${await freePort()}`
  let child: ChildProcess

  const call = async (path: string, body: object) => {
    const init = { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(2000) }
    const response = await fetch(`${url}${path}`, init)
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} ${JSON.stringify(body)}: ${text}`)
    return JSON.parse(text)
  }
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
  }
  const start = async ({ empty } = { empty: false }) => {
    const data = join(folder, 'data')
    if (empty) rmSync(data, { recursive: true })
    child = spawn(
      program,
      [
        ...['--data-dir', data, '--log-level', 'error', '--logger', 'zap'],
        ...['--listen-client-urls', url, '--advertise-client-urls', url],
        ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
        ...['--initial-cluster', `default=${peer}`],
      ],
      { stdio: 'ignore' },
    )
    for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 50) {
      if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}`)
      const answers = await call('/v3/kv/range', { key: encode('/') }).catch(() => undefined)
      if (answers) return
      await sleep(50)
    }
    throw new Error('etcd does not answer within 20 s')
  }
  await start()
  return {
    url,
    pid: () => child.pid ?? 0,
    kill,
    start,
    async stop() {
      await kill()
      rmSync(folder, { recursive: true })
    },
    call,
    async put(key, value) {
      await call('/v3/kv/put', { key: encode(key), value: encode(value) })
    },
    async remove(key) {
      await call('/v3/kv/deleterange', { key: encode(key) })
    },
    async all() {
      const { kvs = [] } = await call('/v3/kv/range', { key: encode('/'), range_end: encode('0') })
      return Object.fromEntries(
        kvs.map(({ key, value = '', lease = '' }: Record<'key' | 'value' | 'lease', string>) => [
          Buffer.from(key, 'base64').toString(),
          { value: Buffer.from(value, 'base64').toString(), lease },
        ]),
      )
    },
  }
}

/** Waits until something holds; throws, with what it is, when it does not within `limitMs`. */
export async function until<T>(
  what: string,
  holds: () => T | Promise<T>,
  limitMs = 20_000,
): Promise<NonNullable<T>> {
  const startedMs = performance.now()
  for (;;) {
    const value = await holds()
    if (value) return value
    if (performance.now() - startedMs > limitMs)
      throw new Error(`not within ${limitMs} ms: ${what}`)
    await sleep(25)
  }
}

const encode = (text: string) => Buffer.from(text).toString('base64')
