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
  const bounded = (all: Item[]) => {
    const excess = Math.max(0, all.length - capacity)
    items = all.slice(excess)
    return all.slice(0, excess)
  }
  return {
    get size() {
      return items.length
    },
    add: (more) => bounded([...items, ...more]),
    take: (most) => items.splice(0, most),
    putBack: (taken) => bounded([...taken, ...items]),
  }
}
