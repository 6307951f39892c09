/** What tells one series of a measurement from another. `instance` tells one server from another. */
export const tags = ['instance', 'method', 'route', 'status'] as const

/**
 * What the server pushes, by measurement, with its fields. Times are in seconds. Each point is of one interval, and of
 * the requests that ended in it.
 */
export const measurements = {
  /** `value`: how many requests, so that their sum is the number of all. */
  count_request: ['value'],
  /** The time to the last byte of the answer, of the requests that had one. */
  response_time: ['count', 'min', 'mean', 'max', 'p50', 'p95', 'p99'],
} as const satisfies Record<string, readonly string[]>
