import { describeKind } from './answer.ts'
import type { Judgement } from './judge.ts'
import type { Findings, Lesson } from './lesson.ts'
import { fileOf } from './table.ts'

const WIDTH = 92

/** The lessons, one line each. */
export function renderList(lessons: Lesson[]): string {
  const lines = lessons.map(
    ({ number, title, summary }) => `  ${number}  ${title.padEnd(32)}${summary}`,
  )
  return [
    ...lines,
    '',
    'make lesson N=1 asks the question of the first one; docs/lessons has the texts.',
  ].join('\n')
}

/** The question of a lesson, what to run for it, and how to answer. */
export function renderQuestion(lesson: Lesson): string {
  const { number, title, question, kind, commands } = lesson
  return [
    `Lesson ${number}: ${title}`,
    '',
    'Run:',
    ...commands.map((command) => `  ${command}`),
    '',
    ...wrap(question),
    '',
    `The answer is ${describeKind(kind)}: make lesson N=${number} ANSWER=...`,
    `The text is in ${fileOf(lesson)}`,
  ].join('\n')
}

/**
 * What became of an answer. What the lab said, which gives the right answer away, is there only if the
 * answer was right or it is to be revealed.
 *
 * @param answer as it was given, with what became of it; null when there was none
 */
export function renderFindings(
  lesson: Lesson,
  findings: Findings,
  answer: { text: string; judgement: Judgement } | null,
  reveal: boolean,
): string {
  const { truth, tolerance, evidence } = findings
  const { number } = lesson
  const right = answer?.judgement.right === true
  const open = right || reveal
  const lines = evidence.flatMap(({ asked, got }) =>
    open ? [`  ${asked}`, `    ${got}`] : [`  ${asked}`],
  )
  return [
    ...(answer ? verdict(answer) : []),
    ...(open ? ['', `The lab says: ${truth}`] : []),
    '',
    open ? 'What was asked, and what came back:' : 'What was asked:',
    ...lines,
    '',
    ...wrap(`How far an answer may be off: ${tolerance}.`),
    '',
    ...(open
      ? [`Why it is so, and what to try next: ${fileOf(lesson)}`]
      : [`Try again, or see it: make lesson N=${number} ANSWER=... ARGS=--reveal`]),
  ].join('\n')
}

const verdict = ({ text, judgement }: { text: string; judgement: Judgement }) =>
  judgement.right ? [`Right: ${text}`] : [`Not right: ${text}`, '', ...wrap(judgement.hint)]

/** Breaks a text into lines; a number keeps its unit. */
const wrap = (text: string): string[] => {
  const lines = ['']
  for (const word of text.split(/ (?!(?:ms|s|%)(?![a-z]))/)) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > WIDTH) lines.push(word)
    else lines[lines.length - 1] = line ? `${line} ${word}` : word
  }
  return lines
}
