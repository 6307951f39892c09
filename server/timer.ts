import type { Histogram } from 'prom-client'

/** What a request spends its time on; `total` is all of it. */
export type Step = 'queue' | 'delay' | 'total'

/** Measures one execution: its steps as they end, and its total, into a histogram with label `step`. */
export type ExecutionTimer = {
  /** The step that began at the start, or at the end of the step before, ends here. */
  observe: (step: Exclude<Step, 'total'>) => void
  /** The execution ends here. To be called on every way out, so in a `finally`. */
  observeTotal: () => void
}

/**
 * Starts the clock on one execution.
 *
 * @param histogram in seconds, with the one label `step`
 * @param now in milliseconds, monotonic
 */
export function startExecutionTimer(
  histogram: Histogram<'step'>,
  now: () => number = performance.now.bind(performance),
): ExecutionTimer {
  const startedAt = now()
  let stepStartedAt = startedAt
  return {
    observe(step) {
      const endedAt = now()
      histogram.observe({ step }, (endedAt - stepStartedAt) / 1000)
      stepStartedAt = endedAt
    },
    observeTotal() {
      histogram.observe({ step: 'total' }, (now() - startedAt) / 1000)
    },
  }
}
