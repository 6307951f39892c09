import { judge } from './judge.ts'
import { type LessonLab, NotReady } from './lesson.ts'
import { help, parseOptions } from './options.ts'
import { renderFindings, renderList, renderQuestion } from './render.ts'
import { lessons } from './table.ts'

export type Teaching = LessonLab & {
  /** Takes what is asked for. */
  say: (text: string) => void
  /** Takes what is wrong. */
  complain: (text: string) => void
}

/**
 * The verb `lesson`: lists the lessons, asks a question, or judges an answer by the running lab. Resolves to
 * the exit code, and never rejects: 0 right, 1 the lab can't be asked, 2 wrong usage, 3 wrong.
 */
export async function runLesson(args: string[], teaching: Teaching): Promise<number> {
  const { say, complain } = teaching
  const options = parseOptions(args, lessons)
  if ('mistakes' in options) {
    for (const mistake of options.mistakes) complain(mistake)
    complain('nothing was asked; lesson --help says what there is')
    return 2
  }
  const { lesson, answer, reveal } = options
  if (options.help) say(help.trimEnd())
  else if (!lesson) say(renderList(lessons))
  else if (!answer && !reveal) say(renderQuestion(lesson))
  else {
    try {
      const findings = await lesson.examine(teaching)
      const judged = answer && { text: answer.text, judgement: judge(answer.value, findings) }
      say(renderFindings(lesson, findings, judged, reveal))
      return judged && !judged.judgement.right ? 3 : 0
    } catch (error) {
      complain((error as Error).message)
      if (error instanceof NotReady) complain(`make lesson N=${lesson.number} says what to run`)
      return 1
    }
  }
  return 0
}
