import type { Connection } from './connection.ts'

/**
 * The kept connections of one origin that carry no request. The one used last is taken first, in one
 * step however many there are, so that those which a burst has opened grow old; and what has been idle
 * for as long as its server may keep it is retired before the server closes it.
 */
export class IdleConnections<Tag = unknown> {
  /** In order of becoming idle; those that have closed meanwhile are passed over when they are met. */
  #stack: { connection: Connection<Tag>; until: number }[] = []

  /** Keeps a connection until an instant of the clock in milliseconds. */
  put(connection: Connection<Tag>, until: number): void {
    this.#stack.push({ connection, until })
  }

  /** The connection used last that is still good at `now`, or null. */
  take(now: number): Connection<Tag> | null {
    while (true) {
      const entry = this.#stack.pop()
      if (!entry) return null
      if (entry.connection.closed) continue
      if (entry.until > now) return entry.connection
      entry.connection.destroy()
    }
  }

  /** Closes those whose time is over at `now`, and says whether any are left. */
  retire(now: number): boolean {
    this.#stack = this.#stack.filter(({ connection, until }) => {
      if (connection.closed) return false
      if (until <= now) connection.destroy()
      return until > now
    })
    return this.#stack.length > 0
  }

  /** Closes all. */
  clear(): void {
    for (const { connection } of this.#stack) connection.destroy()
    this.#stack = []
  }
}
