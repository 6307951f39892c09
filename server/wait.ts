import { setTimeout as sleepFor } from 'node:timers/promises'

export type WaitOptions = {
  signal?: AbortSignal | undefined
  now?: () => number
  sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
}

/**
 * Waits at least `ms` milliseconds by the clock that measures it.
 *
 * A timer counts from the time that the event loop noted at the start of its turn, so in a long turn
 * it fires early by as much as the turn has lasted. A delay that is shorter than what the lab says it
 * injected would make its truth a lie, so what is missing is waited for again.
 *
 * @throws the signal's reason as an AbortError, at once, when `signal` aborts first
 */
export async function waitAtLeast(
  ms: number,
  { signal, now = performance.now.bind(performance), sleep = defaultSleep }: WaitOptions = {},
): Promise<void> {
  const until = now() + ms
  for (let left = ms; left > 0; left = until - now()) await sleep(Math.ceil(left), signal)
}

const defaultSleep = (ms: number, signal: AbortSignal | undefined) =>
  sleepFor(ms, undefined, signal ? { signal } : {})
