/** What a list threads its members on. */
export type Linked<Item> = { previous: Item | null; next: Item | null }

/** A list from which any member leaves in one step, and without memory of its own. */
export class InFlight<Item extends Linked<Item>> {
  first: Item | null = null
  #last: Item | null = null

  /** Puts it at the end. */
  push(item: Item): void {
    item.previous = this.#last
    if (this.#last) this.#last.next = item
    else this.first = item
    this.#last = item
  }

  /** Takes a member out, wherever it is. */
  remove(item: Item): void {
    const { previous, next } = item
    if (previous) previous.next = next
    else this.first = next
    if (next) next.previous = previous
    else this.#last = previous
    item.previous = null
    item.next = null
  }
}
