import type { Chosen } from './behaviour-request.ts'
import { type Behaviour, behaviours, type Draw } from './behaviours.ts'
import { createMeasured, type Measured } from './measured.ts'
import type { Random } from './random.ts'
import { createTruth, type Truth } from './truth.ts'

/** A behaviour while it is in force, with the truth about what it did. */
export type Regime = Chosen & {
  truth: Truth
  measured: Measured
  /** What becomes of a request that comes now. */
  draw: () => Draw
  /** When it came into force, in seconds since the epoch; undefined for the one that was there first. */
  changedAtSeconds: number | undefined
}

export type RegimesOptions = {
  initial: Chosen
  /** Makes the chance of a new regime: begun anew, so that a seeded one repeats itself. */
  chance: () => Random
  /** In milliseconds, monotonic. */
  now?: () => number
  /** The time of day, in milliseconds since the epoch. */
  clock?: () => number
}

/** Which behaviour is in force. */
export type Regimes = {
  readonly current: Regime
  /** From the next request on another behaviour is in force, with a truth of its own. */
  change: (chosen: Chosen) => Regime
}

/**
 * Keeps the regime. A request belongs to the regime that it came in: it takes what that one drew, and
 * its delay goes into the truth of that one, even if another is in force when it ends.
 */
export function createRegimes({
  initial,
  chance,
  now = performance.now.bind(performance),
  clock = Date.now,
}: RegimesOptions): Regimes {
  const begin = ({ name, parameters }: Chosen, changedAtSeconds?: number): Regime => {
    const behaviour: Behaviour = behaviours[name]
    const random = chance()
    const sinceMs = now()
    const draw = () => behaviour.draw(random, parameters, (now() - sinceMs) / 1000)
    const records = { truth: createTruth(), measured: createMeasured() }
    return { name, parameters, ...records, draw, changedAtSeconds }
  }
  let current = begin(initial)
  return {
    get current() {
      return current
    },
    change(chosen) {
      current = begin(chosen, clock() / 1000)
      return current
    },
  }
}
