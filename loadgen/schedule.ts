import { dueTimes, type Schedule, seededRandom } from './pacer.ts'
import type { Share } from './share.ts'

/** A request before it is sent: when it is due, in seconds after the start, and which target it goes to. */
export type PlannedRequest = { due: number; target: number }

/**
 * Every request of a run, in order of its due time, each with a target drawn by weight. The draws are
 * part of the seeded schedule, and of a sequence of their own: other targets do not change the due
 * times. Returns, and throws, as `dueTimes` does. Weights are above 0, and there is at least one.
 */
export function* plannedRequests(
  schedule: Schedule & { weights: readonly number[] },
): Generator<PlannedRequest, number> {
  const times = dueTimes(schedule)
  const nextTarget = targetsBy(schedule.weights, schedule.seed)
  while (true) {
    const next = times.next()
    if (next.done) return next.value
    yield { due: next.value, target: nextTarget() }
  }
}

/**
 * One thread's share of a schedule: every request whose number is `index` modulo `workers`, at its own
 * due time. All shares together are the schedule, and each fills as many seconds as all of it does.
 */
export function* shareOf<Item, End>(
  schedule: Iterator<Item, End>,
  { index, workers }: Share,
): Generator<Item, End> {
  for (let n = 0; ; n++) {
    const next = schedule.next()
    if (next.done) return next.value
    if (n % workers === index) yield next.value
  }
}

/** Which target is next? A sequence of indices into the weights, drawn in their proportion. */
export function targetsBy(weights: readonly number[], seed: number): () => number {
  if (weights.length === 1) return () => 0
  // Another seed than that of the due times, which would otherwise be drawn from the same numbers.
  const random = seededRandom(seed ^ 0x5eed7a6)
  const total = weights.reduce((sum, weight) => sum + weight)
  return () => {
    let rest = random() * total
    for (const [target, weight] of weights.entries()) {
      rest -= weight
      if (rest < 0) return target
    }
    return weights.length - 1
  }
}
