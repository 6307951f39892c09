import type { Context } from 'hono'
import { type Capacity, QueueFull } from './capacity.ts'
import { ABORTED, type LabEnv, type LabHandler } from './exchange.ts'
import type { Injector } from './injector.ts'
import type { ExecutionTimer } from './timer.ts'

export type DelayedOptions = {
  inject: Injector
  startTimer: () => ExecutionTimer
  /** The places that requests wait for; undefined when there are as many as anybody wants. */
  capacity?: Capacity | undefined
}

/**
 * Makes the wrapper of a handler that takes its time: a place if places are bounded, the delay, the
 * answer; each step timed, and the total on every way out.
 */
export function createDelayed({ inject, startTimer, capacity }: DelayedOptions) {
  return function delayed(respond: (c: Context<LabEnv>, delayMs: number) => Response): LabHandler {
    return async function delayedHandler(c) {
      const timer = startTimer()
      const { signal } = c.req.raw
      let leave: (() => void) | undefined
      try {
        if (capacity) {
          leave = await capacity.enter(signal)
          timer.observe('queue')
        }
        const { delayMs, fails, measured } = await inject(signal)
        timer.observe('delay')
        c.set('delayMs', delayMs)
        c.set('measured', measured)
        return fails ? c.text('failed, as the behaviour asks\n', 500) : respond(c, delayMs)
      } catch (error) {
        if (error instanceof QueueFull) return c.text('busy\n', 503, { 'Retry-After': '1' })
        if (signal.aborted) return new Response(null, { status: ABORTED })
        throw error
      } finally {
        leave?.()
        timer.observeTotal()
      }
    }
  }
}
