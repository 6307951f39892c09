/**
 * The three bucket layouts that the lab compares, as upper bounds in seconds; +Inf is implied.
 * What a histogram says about a quantile depends on nothing so much as on these numbers.
 */
export const bucketLayouts = {
  /** 0.001, 0.002, 0.004 … 16.384: what `ExponentialBuckets(0.001, 2, 15)` gives in client_golang. */
  exponential: Array.from({ length: 15 }, (_, i) => 0.001 * 2 ** i),

  /**
   * What OpenTelemetry advises for `http.server.request.duration`.
   * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/#metric-httpserverrequestduration
   */
  openTelemetry: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],

  /** 0.1 s steps over the range that the lab's server lives in, and a few bounds above it. */
  linear: [...Array.from({ length: 25 }, (_, i) => (i + 1) / 10), 3, 4, 5, 10],
} satisfies Record<string, number[]>

/**
 * The bounds for the delays that were injected: steps of 25 ms over the range that the lab's server lives
 * in. Delays are whole milliseconds and so are these bounds, so a count is exact; they are four times as
 * fine as the finest layout that is compared, and few enough to be scraped each 5 s.
 */
export const delayBounds = [
  ...Array.from({ length: 100 }, (_, i) => (25 * (i + 1)) / 1000),
  3,
  4,
  5,
  10,
]
