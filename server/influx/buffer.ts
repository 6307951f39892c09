/** A queue with a bound: what is too much is taken from its old end. */
export type Buffer<Item> = {
  readonly size: number
  /** Puts items at the end; gives what had to go for them, oldest first. */
  add: (items: readonly Item[]) => Item[]
  /** Takes up to `most` of the oldest items out. */
  take: (most: number) => Item[]
  /** Puts back what was taken, before all others; gives what had to go, oldest first. */
  putBack: (items: readonly Item[]) => Item[]
}

/** @param capacity how many items it holds, 1 or more */
export function createBuffer<Item>(capacity: number): Buffer<Item> {
  let items: Item[] = []
  const excess = () => items.splice(0, Math.max(0, items.length - capacity))
  return {
    get size() {
      return items.length
    },
    // Each interval: without a copy of all that waits.
    add(more) {
      for (const item of more) items.push(item)
      return excess()
    },
    take: (most) => items.splice(0, most),
    putBack(taken) {
      items = [...taken, ...items]
      return excess()
    },
  }
}
