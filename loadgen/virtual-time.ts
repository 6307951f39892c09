/**
 * For tests: a clock, in milliseconds from 0, that passes only from one planned callback to the next, so
 * that an hour takes no time and nothing depends on the machine.
 */
export class VirtualTime {
  #now = 0
  #planned: { at: number; callback: () => void }[] = []

  now = () => this.#now

  after = (ms: number, callback: () => void) => {
    const item = { at: this.#now + Math.max(0, ms), callback }
    this.#planned.push(item)
    return () => {
      this.#planned = this.#planned.filter((other) => other !== item)
    }
  }

  /** Lets time pass until it is `until`, or until nothing is planned any more. */
  pass(until = Number.POSITIVE_INFINITY): void {
    while (true) {
      const [first] = this.#planned.toSorted((a, b) => a.at - b.at)
      if (!first || first.at > until) break
      this.#planned = this.#planned.filter((other) => other !== first)
      this.#now = Math.max(this.#now, first.at)
      first.callback()
    }
    if (until !== Number.POSITIVE_INFINITY) this.#now = until
  }
}
