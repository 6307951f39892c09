import { averagedQuantiles } from './averaged-quantiles.ts'
import { bucketChoice } from './bucket-choice.ts'
import { counterResets } from './counter-resets.ts'
import type { Lesson } from './lesson.ts'
import { meansAndQuantiles } from './means-and-quantiles.ts'
import { openAndClosed } from './open-and-closed.ts'
import { queueing } from './queueing.ts'
import { rateWindows } from './rate-windows.ts'
import { sloBurn } from './slo-burn.ts'

/** The lessons in their order: lesson n is at n − 1. */
export const lessons: Lesson[] = [
  rateWindows,
  bucketChoice,
  meansAndQuantiles,
  averagedQuantiles,
  openAndClosed,
  queueing,
  sloBurn,
  counterResets,
]

/** Where the text of a lesson is, from the project's root. */
export function fileOf({ number, slug }: Pick<Lesson, 'number' | 'slug'>): string {
  return `docs/lessons/${number}-${slug}.md`
}
