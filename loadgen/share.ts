/** Which part of a run one process does: the `index`-th of `count`, from 0. */
export type Shard = { index: number; count: number }

/** Which part of a plan one thread does: every request whose number is `index` modulo `workers`. */
export type Share = { index: number; workers: number }

/**
 * The share of one thread of a process that has a shard to do. Counted over all threads of all shards, so that
 * request n is the shard's where n modulo `count` is its index, however many threads it has, and whoever else does:
 * n = index + count × thread (modulo count × threads) says both at once.
 */
export function threadShare({ index, count }: Shard, thread: number, threads: number): Share {
  return { index: index + count * thread, workers: count * threads }
}

/** A thread's part of a whole number; the parts of all are the number. */
export function partOf(whole: number, { index, workers }: Share): number {
  return Math.floor((whole + workers - 1 - index) / workers)
}

/** A shard as it is written: `0/4` is the first of four. */
export function formatShard({ index, count }: Shard): string {
  return `${index}/${count}`
}

/** Reads a shard such as `0/4`; null for what is none, among them one whose index is not below the count. */
export function parseShard(text: string): Shard | null {
  const [, index = '', count = ''] = /^(\d+)\/(\d+)$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  return count !== '' && shard.index < shard.count && shard.count <= mostShards ? shard : null
}

/** Each works out the whole schedule to find its own requests, so that more of them cost more and send no more. */
export const mostShards = 1000
