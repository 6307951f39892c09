import type { Answer } from './answer.ts'
import type { Findings, Interval } from './lesson.ts'

export type Judgement = { right: true } | { right: false; hint: string }

/**
 * Holds an answer against what the lab says. A wrong one gets the hint of the misunderstanding that it fits,
 * else which way it is off, with the lesson's own hint.
 */
export function judge(answer: Answer, findings: Findings): Judgement {
  const { accepted, misconceptions, hint } = findings
  if (isAccepted(answer, accepted)) return { right: true }
  const fitting = misconceptions.find(({ answers }) => isAccepted(answer, listed(answers)))
  if (fitting) return { right: false, hint: fitting.hint }
  return { right: false, hint: `${direction(answer, accepted)}${hint}` }
}

/** The numbers around `value`, as far as one reads it off a graph: 5 % of it either way, unless said. */
export function near(value: number, share = 0.05): Interval {
  const by = Math.abs(value) * share
  return { low: value - by, high: value + by }
}

/** `by` either way of `value`, but no further than half of the way to each of the `others`. */
export function around(value: number, by: number, others: number[]): Interval {
  const halfway = others.map((other) => (value + other) / 2)
  return {
    low: Math.max(value - by, ...halfway.filter((bound) => bound < value)),
    high: Math.min(value + by, ...halfway.filter((bound) => bound > value)),
  }
}

const listed = (answers: Interval | { choice: string }) =>
  'choice' in answers ? answers : [answers]

const isAccepted = (answer: Answer, accepted: Findings['accepted']) => {
  if ('choice' in accepted) return answer === accepted.choice
  return accepted.some(({ low, high }) => Number(answer) >= low && Number(answer) <= high)
}

const direction = (answer: Answer, accepted: Findings['accepted']) => {
  if (typeof answer === 'string' || 'choice' in accepted) return ''
  if (accepted.every(({ low }) => answer < low)) return 'Too low. '
  return accepted.every(({ high }) => answer > high) ? 'Too high. ' : ''
}
