import type { Etcd } from './etcd.ts'

/** A watch for the next change, and what became of it. */
export type Watch = {
  /** It is open; it has told of a change; or it has ended without one. */
  state: () => 'open' | 'told' | 'broken'
  /** Ends when the watch does, whatever its end. */
  ended: AbortSignal
  close: () => void
}

/** Waits for the first change after a revision. */
export function openWatch(etcd: Pick<Etcd, 'change'>, revision: number): Watch {
  const closing = new AbortController()
  const ended = new AbortController()
  let state: ReturnType<Watch['state']> = 'open'
  const end = (how: typeof state) => () => {
    state = how
    ended.abort()
  }
  etcd.change(revision, closing.signal).then(end('told'), end('broken'))
  return { state: () => state, ended: ended.signal, close: () => closing.abort() }
}
