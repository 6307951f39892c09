import { splitArguments } from '../arguments.ts'
import { type Answer, parseAnswer } from './answer.ts'
import type { Lesson } from './lesson.ts'

export type Options = {
  /** Which lesson; none for the list. */
  lesson: Lesson | null
  answer: { text: string; value: Answer } | null
  /** Is the right answer to be shown? */
  reveal: boolean
  help: boolean
}

/** What `lab lesson --help` prints. */
export const help = `Usage: node lab/main.ts lesson [N] [--answer ANSWER] [--reveal]
       make lesson [N=1 [ANSWER=2.5s [ARGS=--reveal]]]

Without N: lists the lessons. With N: prints the question of lesson N, and what to run for it. With
an answer: asks the running lab for the right one, as it is now, and says whether they agree.

  --answer ANSWER   a number with its unit (2.47, 2.47s, 2470ms, 12%), or the letter of a choice
  --reveal          shows the right answer, and what the lab says, also beside a wrong one or none
  -h, --help        this text

Environment: LAB_CONTROL_URL and LAB_PROMETHEUS_URL say where the control listener and Prometheus
are (http://127.0.0.1:8081, http://127.0.0.1:9090).

Exit codes: 0 right, or nothing was answered; 1 the lab can't be asked, or has not seen what the
question is about; 2 wrong usage; 3 the answer is wrong. make turns all but 0 into 2, and says
which it was: Error 3.
`

/** Reads the arguments: the options, or every mistake in them by name, value and what is allowed. */
export function parseOptions(
  args: readonly string[],
  lessons: readonly Lesson[],
): Options | { mistakes: string[] } {
  const { values, words, mistakes } = splitArguments(args, {
    allowed: { answer: 'such as 2.47s' },
    flags: ['reveal', 'help'],
    words: true,
  })
  const text = values.get('answer') ?? null
  const [number, ...more] = words
  const lesson = lessons.find((each) => String(each.number) === number) ?? null
  if (number !== undefined && !lesson) {
    mistakes.push(`${number}: must be the number of a lesson, 1 to ${lessons.length}`)
  }
  if (more.length > 0) mistakes.push(`${more.join(' ')}: one lesson at a time`)
  const reveal = values.has('reveal')
  if (number === undefined) {
    if (text !== null) mistakes.push(`--answer ${text}: needs the number of its lesson`)
    if (reveal) mistakes.push('--reveal: needs the number of a lesson')
  }
  const read = lesson && text !== null ? parseAnswer(text, lesson.kind) : null
  if (read && 'mistake' in read) mistakes.push(`--answer ${text}: ${read.mistake}`)
  if (mistakes.length > 0) return { mistakes }
  const answer = read && text !== null && 'answer' in read ? { text, value: read.answer } : null
  return { lesson, answer, reveal, help: values.has('help') }
}
