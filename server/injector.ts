import type { Behaviour } from './behaviours.ts'
import type { Random } from './random.ts'
import type { Truth } from './truth.ts'
import { waitAtLeast } from './wait.ts'

export type InjectorOptions = {
  behaviour: Behaviour
  random: Random
  truth: Truth
  wait?: typeof waitAtLeast
}

/**
 * Makes the function that delays one request: it draws a delay, rounds it to the whole milliseconds
 * that a timer can do, waits for it, and only then notes it as the truth. A client that goes away
 * during its delay leaves nothing in the truth: its delay did not happen.
 *
 * The function resolves to the injected milliseconds, and throws an AbortError when `signal` aborts.
 */
export function createInjector({ behaviour, random, truth, wait = waitAtLeast }: InjectorOptions) {
  return async function inject(signal?: AbortSignal): Promise<number> {
    const delayMs = Math.round(behaviour.sampleSeconds(random) * 1000)
    await wait(delayMs, { signal })
    truth.record(delayMs)
    return delayMs
  }
}

/** Delays one request; see `createInjector`. */
export type Injector = ReturnType<typeof createInjector>
