import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileOf, lessons } from '../lab/lessons/table.ts'
import { root } from './processes.ts'

/** What a lesson's file says, taken apart. */
export type LessonText = {
  file: string
  heading: string
  /** The first block quote below *Question*, on one line. */
  question: string
  /** Each line of each ```sh block, in order: the commands that a reader types. */
  commands: string[]
  /** Each ```promql block, with the address of the link below it; null where there is none. */
  queries: { expr: string; link: string | null }[]
  /** The targets of all links. */
  links: string[]
}

/** Reads the file of each lesson, in the order of the table. */
export const lessonTexts = (): LessonText[] => lessons.map((lesson) => readLesson(fileOf(lesson)))

function readLesson(file: string): LessonText {
  const text = readFileSync(join(root, file), 'utf8')
  const blocks = (language: string) =>
    [...text.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)\n\`\`\``, 'gms'))].map(
      ([, block = '']) => block,
    )
  const linkBelow = /^```promql\n(.*?)\n```\n\n(?:\[[^\]]*\]\(([^)]*)\))?/gms
  return {
    file,
    heading: text.split('\n', 1)[0] ?? '',
    question: oneLine(
      /^## Question\n\n((?:>.*\n)+)/m.exec(text)?.[1]?.replaceAll(/^> ?/gm, '') ?? '',
    ),
    commands: blocks('sh').flatMap((block) => block.split('\n')),
    queries: [...text.matchAll(linkBelow)].map(([, expr = '', link]) => ({
      expr: oneLine(expr),
      link: link ?? null,
    })),
    links: [...text.matchAll(/\]\(([^)]*)\)/g)].map(([, link = '']) => link),
  }
}

const oneLine = (text: string) => text.trim().replaceAll(/\s+/g, ' ')
