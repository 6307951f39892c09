/** Requests in the order in which they came to wait; those that need a new connection, by themselves. */
export class WaitingRequests<Request extends { fresh: boolean }> {
  #any = new Set<Request>()
  #forFresh = new Set<Request>()

  /** How many wait, for whichever. */
  get size(): number {
    return this.#any.size + this.#forFresh.size
  }

  /** Puts it at the end; it waits for a fresh connection if it is `fresh`. */
  join(request: Request): void {
    if (request.fresh) this.#forFresh.add(request)
    else this.#any.add(request)
  }

  /** Takes it out, wherever it is; nothing happens when it does not wait. */
  leave(request: Request): void {
    if (!this.#any.delete(request)) this.#forFresh.delete(request)
  }

  /** The one that has waited longest for a connection such as this: a fresh one, or one that was used. */
  first(fresh: boolean): Request | undefined {
    const [first] = fresh && this.#forFresh.size > 0 ? this.#forFresh : this.#any
    return first
  }
}
