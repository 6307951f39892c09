/** A lease that etcd has granted. Its number has 64 bits, so it stays text. */
export type Lease = { id: string; seconds: number }

/**
 * What a registration needs of an etcd. Each call throws when etcd does not answer in time, or answers with an
 * error; `signal` gives a call up.
 */
export type Etcd = {
  /** Grants a lease of at least so many seconds: etcd has a least of its own, of about 2 s. */
  grant: (seconds: number, signal?: AbortSignal) => Promise<Lease>
  /** Has the lease begin anew; false if it has run out. */
  keepAlive: (lease: Lease, signal?: AbortSignal) => Promise<boolean>
  /** Writes a key that goes when the lease does. */
  put: (key: string, value: string, lease: Lease, signal?: AbortSignal) => Promise<void>
  /** The number of the lease that a key is under, '' for none; undefined if there is no such key. */
  leaseOf: (key: string, signal?: AbortSignal) => Promise<string | undefined>
  /** Ends a lease, and with it the keys under it. */
  revoke: (lease: Lease, signal?: AbortSignal) => Promise<void>
}

/**
 * etcd by its JSON gateway: bytes are base64, whole numbers of 64 bits are text, and what is zero or empty may be
 * left out. https://etcd.io/docs/v3.6/dev-guide/api_grpc_gateway/
 *
 * @param url the root of the etcd
 * @param timeoutMs how long a call may take
 */
export function createEtcd({ url, timeoutMs = 2000 }: { url: string; timeoutMs?: number }): Etcd {
  const call = async (path: string, body: object, signal?: AbortSignal): Promise<Answer> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const response = await fetch(new URL(path, url), {
      method: 'POST',
      body: JSON.stringify(body),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text.trim()}`)
    return JSON.parse(text)
  }
  return {
    async grant(seconds, signal) {
      const { ID = '', TTL } = await call('/v3/lease/grant', { TTL: seconds }, signal)
      return { id: ID, seconds: Number(TTL) }
    },
    async keepAlive({ id }, signal) {
      // A stream of which one message is used: each call asks once and is answered once.
      const { result } = await call('/v3/lease/keepalive', { ID: id }, signal)
      return Number(result?.TTL ?? 0) > 0
    },
    async put(key, value, { id }, signal) {
      await call('/v3/kv/put', { key: base64(key), value: base64(value), lease: id }, signal)
    },
    async leaseOf(key, signal) {
      const { kvs } = await call('/v3/kv/range', { key: base64(key), keys_only: true }, signal)
      return kvs?.[0] && (kvs[0].lease ?? '')
    },
    async revoke({ id }, signal) {
      await call('/v3/lease/revoke', { ID: id }, signal)
    },
  }
}

type Answer = {
  ID?: string
  TTL?: string
  result?: { TTL?: string }
  kvs?: { lease?: string }[]
}

const base64 = (text: string) => Buffer.from(text).toString('base64')
