import { type Entry, prefix } from './registration.ts'

/** All keys of one moment. */
export type Snapshot = {
  entries: Entry[]
  /** Of all of etcd: rises with each change, and begins anew in an etcd that has lost its data. */
  revision: number
}

/** What discovery needs of an etcd. A call throws when etcd does not answer in time or answers with an error. */
export type Etcd = {
  range: () => Promise<Snapshot>
  /** How many seconds a lease has left; 0 if it has run out. */
  secondsLeft: (lease: string) => Promise<number>
  /**
   * Ends as soon as a key changes after a revision; throws when etcd ends the watch: because it ends itself, or has
   * forgotten that revision (compaction). It may be silent for ever where a connection is dead.
   */
  change: (afterRevision: number, signal: AbortSignal) => Promise<void>
}

/**
 * etcd by its JSON gateway: bytes are base64, whole numbers of 64 bits are text, what is zero or empty may be left out.
 * https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/
 *
 * @param url the root of the etcd
 * @param timeoutMs how long a call may take, but for a watch
 */
export function createEtcd({ url, timeoutMs = 2000 }: { url: string; timeoutMs?: number }): Etcd {
  const post = async (path: string, body: object, signal: AbortSignal) => {
    const init = { method: 'POST', body: JSON.stringify(body), signal }
    const response = await fetch(new URL(path, url), init)
    if (response.ok) return response
    throw new Error(`${path} answers ${response.status}: ${(await response.text()).trim()}`)
  }
  const call = async (path: string, body: object) =>
    (await (await post(path, body, AbortSignal.timeout(timeoutMs))).json()) as Answer
  const range = { key: base64(prefix), range_end: base64(afterPrefix) }
  return {
    async range() {
      const { header, kvs = [] } = await call('/v3/kv/range', range)
      return {
        revision: Number(header.revision),
        entries: kvs.map(({ key, value = '', mod_revision, lease = '' }) => ({
          key: text(key),
          value: text(value),
          modRevision: Number(mod_revision),
          lease,
        })),
      }
    },
    async secondsLeft(lease) {
      const { TTL } = await call('/v3/lease/timetolive', { ID: lease })
      return Math.max(0, Number(TTL ?? 0))
    },
    async change(afterRevision, signal) {
      const create_request = { ...range, start_revision: String(afterRevision + 1) }
      const { body } = await post('/v3/watch', { create_request }, signal)
      if (!body) throw new Error('the watch has no body')
      for await (const line of linesOf(body)) {
        const { result, error }: Notice = JSON.parse(line)
        if (error) throw new Error(error.message)
        if (result?.canceled) {
          throw new Error(`etcd has ended the watch (compact_revision ${result.compact_revision})`)
        }
        if ((result?.events?.length ?? 0) > 0) return
      }
      throw new Error('etcd has ended the watch')
    },
  }
}

type Answer = {
  header: { revision: string }
  kvs?: { key: string; value?: string; mod_revision: string; lease?: string }[]
  TTL?: string
}

type Notice = {
  result?: { canceled?: boolean; compact_revision?: string; events?: object[] }
  error?: { message: string }
}

async function* linesOf(body: ReadableStream<Uint8Array>) {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

/** The first key after all that begin with the prefix: '0' comes after '/'. */
const afterPrefix = prefix.replace(/\/$/, '0')

const base64 = (value: string) => Buffer.from(value).toString('base64')
const text = (value: string) => Buffer.from(value, 'base64').toString()
