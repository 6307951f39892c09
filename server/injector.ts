import type { Draw } from './behaviours.ts'
import type { Regimes } from './regime.ts'
import { waitAtLeast } from './wait.ts'

/** What was done to one request: whole milliseconds, and whether it is to fail. */
export type Injected = { delayMs: number; fails: Draw['fails'] }

/**
 * Makes the function that delays one request by what the behaviour in force draws, rounded to the whole
 * milliseconds that a timer can do, and notes the delay as the truth once it has passed. A client that
 * goes away during its delay leaves nothing in the truth: its delay did not happen.
 *
 * The function throws an AbortError when `signal` aborts.
 */
export function createInjector(regimes: Regimes, wait: typeof waitAtLeast = waitAtLeast) {
  return async function inject(signal?: AbortSignal): Promise<Injected> {
    const { draw, truth } = regimes.current
    const { delaySeconds, fails } = draw()
    const delayMs = Math.round(delaySeconds * 1000)
    await wait(delayMs, { signal })
    truth.record(delayMs)
    return { delayMs, fails }
  }
}

/** Delays one request; see `createInjector`. */
export type Injector = ReturnType<typeof createInjector>
