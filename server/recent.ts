import { createTruth, type Truth } from './truth.ts'

/** The delays of about the last minute, exactly: of the requests that `rate(…[1m])` is about. */
export type Recent = {
  /** Notes the delay of one request, in milliseconds, 0 or more, rounded up to a whole one. */
  record: (delayMs: number) => void
  /**
   * To be called at each scrape, when the histograms are read.
   *
   * @returns the distribution from the first scrape of the last minute to this one
   */
  scraped: () => Truth
}

export type RecentOptions = {
  /** In milliseconds, monotonic. */
  now?: () => number
  /**
   * How far back the first scrape may be. A minute less half of the 5 s between scrapes, so that the one
   * of 60 s ago is out and the one of 55 s ago is in, however they waver: as in a window of one minute.
   */
  windowMs?: number
  /** Scrapes that are closer together than this count as one, so that memory has a bound. */
  apartMs?: number
}

/**
 * Keeps the delays since each of the last minute's scrapes.
 *
 * `rate(…[1m])` of a histogram is the difference of two scrapes, the first and the last in the window, and
 * knows nothing of what came before or between. A truth to compare with it must be cut at the same two, or
 * a handful of requests that are in one and not in the other would look like an error of the buckets. So
 * it is cut where Prometheus cuts: at scrapes; and like a rate, it begins with the first one. A change of
 * the behaviour cuts nothing, because it cuts nothing in the histograms.
 */
export function createRecent({
  now = performance.now.bind(performance),
  windowMs = 57_500,
  apartMs = 500,
}: RecentOptions = {}): Recent {
  let slots: Slot[] = []
  return {
    record(delayMs) {
      const countAt = slots.at(-1)?.countAt
      const ms = Math.ceil(delayMs)
      countAt?.set(ms, (countAt.get(ms) ?? 0) + 1)
    },
    scraped() {
      const atMs = now()
      slots = slots.filter(({ sinceMs }) => sinceMs >= atMs - windowMs)
      const all = createTruth()
      for (const { countAt } of slots) {
        for (const [ms, times] of countAt) all.record(ms, times)
      }
      const newest = slots.at(-1)
      if (!newest || atMs - newest.sinceMs >= apartMs) {
        slots.push({ sinceMs: atMs, countAt: new Map() })
      }
      return all
    },
  }
}

/** What came after one scrape and before the next. */
type Slot = { sinceMs: number; countAt: Map<number, number> }
