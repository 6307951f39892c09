import type { Control } from '../control.ts'
import type { Prometheus } from '../prometheus.ts'
import type { AnswerKind } from './answer.ts'

/** Numbers from `low` to `high`, both included. */
export type Interval = { low: number; high: number }

/** What was asked of the lab, and what came back, as a person reads it. */
export type Evidence = { asked: string; got: string }

/** An answer that comes from a likely misunderstanding, and what to think about instead. */
export type Misconception = { answers: Interval | { choice: string }; hint: string }

/** What the running lab says about a question: all that it takes to judge an answer. */
export type Findings = {
  /** The right answer as a person would give it. */
  truth: string
  /** Which answers are right: numbers in the base unit, or the letter of a choice. */
  accepted: Interval[] | { choice: string }
  /** Why not only the exact value is right. */
  tolerance: string
  evidence: Evidence[]
  /** The first that an answer fits is the one that it is told. */
  misconceptions: Misconception[]
  /** What to think about when an answer fits none of them. */
  hint: string
}

/** What a lesson may ask. */
export type LessonLab = {
  prometheus: Prometheus
  control: Control
  sleep: (ms: number) => Promise<unknown>
  /** How long to wait for a scrape, in milliseconds. */
  patienceMs: number
}

/** One lesson: its texts are those of its file in docs/lessons. */
export type Lesson = {
  number: number
  /** The file is docs/lessons/<number>-<slug>.md. */
  slug: string
  title: string
  summary: string
  question: string
  kind: AnswerKind
  /** What to run before the question can be answered, in this order. */
  commands: string[]
  /**
   * Asks the running lab, and works out the answer as it is now.
   *
   * @throws {NotReady} when the lab has not seen yet what the question is about
   */
  examine: (lab: LessonLab) => Promise<Findings>
}

/** The lab has not seen what a question is about; the message says what is missing. */
export class NotReady extends Error {}

type Definition<Collected> = Omit<Lesson, 'examine'> & {
  /** Asks. Throws `NotReady`. */
  collect: (lab: LessonLab, commands: string[]) => Promise<Collected>
  /** Thinks: what was collected, and nothing else, decides. */
  conclude: (collected: Collected) => Findings
}

/** Makes a lesson of two halves: one that asks the lab, and one that is a pure function of the answers. */
export function defineLesson<Collected>(
  definition: Definition<Collected>,
): Lesson & Pick<Definition<Collected>, 'conclude'> {
  const { collect, conclude, ...texts } = definition
  return {
    ...texts,
    conclude,
    examine: async (lab) => conclude(await collect(lab, texts.commands)),
  }
}
