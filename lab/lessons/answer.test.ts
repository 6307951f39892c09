import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AnswerKind, parseAnswer } from './answer.ts'

const choices: AnswerKind = { choices: { a: 'one', b: 'two' } }

const readable: [text: string, kind: AnswerKind, answer: number | string][] = [
  ['2.47', 'seconds', 2.47],
  ['2.47s', 'seconds', 2.47],
  [' 2.47 s ', 'seconds', 2.47],
  ['2470ms', 'seconds', 2.47],
  ['2.47', 'milliseconds', 0.00247],
  ['27ms', 'milliseconds', 0.027],
  ['0.027s', 'milliseconds', 0.027],
  ['50', 'number', 50],
  ['50x', 'number', 50],
  ['12%', 'number', 0.12],
  ['.5', 'number', 0.5],
  ['1600', 'count', 1600],
  ['-3', 'count', -3],
  ['b', choices, 'b'],
  ['B', choices, 'b'],
]
for (const [text, kind, answer] of readable) {
  test(`"${text}" is ${answer} where ${JSON.stringify(kind)} is asked for`, () => {
    const parsed = parseAnswer(text, kind)
    assert.ok('answer' in parsed)
    if (typeof answer === 'string') assert.equal(parsed.answer, answer)
    else assert.ok(Math.abs(Number(parsed.answer) - answer) < 1e-12, `${parsed.answer}`)
  })
}

const unreadable: [text: string, kind: AnswerKind, mistake: string][] = [
  ['...', 'seconds', 'must be a time such as 1.5, 1.5s or 1500ms'],
  ['2,47', 'seconds', 'must be a time such as 1.5, 1.5s or 1500ms'],
  ['12%', 'seconds', 'must be a time such as 1.5, 1.5s or 1500ms'],
  ['', 'milliseconds', 'must be a time such as 150, 150ms or 0.15s'],
  ['12s', 'count', 'must be a number such as 12'],
  ['NaN', 'number', 'must be a number such as 1.5'],
  ['1e3', 'number', 'must be a number such as 1.5'],
  ['c', choices, 'must be one of a, b'],
  ['toString', choices, 'must be one of a, b'],
]
for (const [text, kind, mistake] of unreadable) {
  test(`"${text}" can't be read where ${JSON.stringify(kind)} is asked for`, () => {
    assert.deepEqual(parseAnswer(text, kind), { mistake })
  })
}
