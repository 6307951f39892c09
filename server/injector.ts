import type { Draw } from './behaviours.ts'
import type { Measured } from './measured.ts'
import type { Regimes } from './regime.ts'
import { waitAtLeast } from './wait.ts'

/** What was done to one request. */
export type Injected = {
  /** Whole milliseconds. */
  delayMs: number
  /** Is it to be answered with 500? */
  fails: Draw['fails']
  /** Where to note what the server measures of it: with the regime that has drawn its delay. */
  measured: Measured
}

/**
 * Makes the function that delays one request by what the behaviour in force draws, rounded to the whole
 * milliseconds that a timer can do, and notes the delay as the truth once it has passed. A client that
 * goes away during its delay leaves nothing in the truth: its delay did not happen.
 *
 * The function throws an AbortError when `signal` aborts.
 */
export function createInjector(regimes: Regimes, wait: typeof waitAtLeast = waitAtLeast) {
  return async function inject(signal?: AbortSignal): Promise<Injected> {
    const { draw, truth, measured } = regimes.current
    const { delaySeconds, fails } = draw()
    const delayMs = Math.round(delaySeconds * 1000)
    await wait(delayMs, { signal })
    truth.record(delayMs)
    return { delayMs, fails, measured }
  }
}

/** Delays one request; see `createInjector`. */
export type Injector = ReturnType<typeof createInjector>
