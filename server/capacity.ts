/** A bounded number of places, and a bounded queue for them. */
export type Capacity = {
  /**
   * Waits for a place, first come, first served. Resolves to the function that gives it back.
   *
   * @throws {QueueFull} at once, when all places are taken and the queue is full
   * @throws the signal's reason, when the client leaves the queue
   */
  enter: (signal?: AbortSignal) => Promise<() => void>
}

export class QueueFull extends Error {
  constructor() {
    super('all places are taken and the queue is full')
  }
}

export type CapacityOptions = {
  /** How many requests are worked on at once, 1 or more. */
  concurrency: number
  /** How many may wait, 0 or more. */
  queueCapacity: number
}

/** A server with `concurrency` workers and room for `queueCapacity` who wait: an M/G/c/K queue. */
export function createCapacity({ concurrency, queueCapacity }: CapacityOptions): Capacity {
  let free = concurrency
  const waiting = new Set<() => void>()

  const leave = () => {
    const [next] = waiting
    if (next) next()
    else free += 1
  }

  return {
    async enter(signal) {
      signal?.throwIfAborted()
      if (free > 0) {
        free -= 1
      } else {
        if (waiting.size >= queueCapacity) throw new QueueFull()
        await new Promise<void>((resolve, reject) => {
          const admit = () => {
            waiting.delete(admit)
            signal?.removeEventListener('abort', abandon)
            resolve()
          }
          const abandon = () => {
            waiting.delete(admit)
            reject(signal?.reason)
          }
          waiting.add(admit)
          signal?.addEventListener('abort', abandon, { once: true })
        })
      }
      return leave
    },
  }
}
