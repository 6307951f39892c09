import assert from 'node:assert/strict'
import { test } from 'node:test'
import { help, parseOptions } from './options.ts'
import { lessons } from './table.ts'

const [, second, third] = lessons

test('nothing asks for the list, a number for its lesson', () => {
  const none = { lesson: null, answer: null, reveal: false, help: false }
  assert.deepEqual(parseOptions([], lessons), none)
  assert.deepEqual(parseOptions(['--help'], lessons), { ...none, help: true })
  assert.deepEqual(parseOptions(['2', '--reveal'], lessons), {
    ...none,
    lesson: second,
    reveal: true,
  })
})

test('an answer is read as its lesson wants it', () => {
  const answered = { reveal: false, help: false }
  assert.deepEqual(parseOptions(['--answer', '2470ms', '2'], lessons), {
    ...answered,
    lesson: second,
    answer: { text: '2470ms', value: 2.47 },
  })
  assert.deepEqual(parseOptions(['3', '--answer=C'], lessons), {
    ...answered,
    lesson: third,
    answer: { text: 'C', value: 'c' },
  })
})

const wrong: [args: string[], mistakes: string[]][] = [
  [['9'], ['9: must be the number of a lesson, 1 to 8']],
  [
    ['2', '3', '--answer', 'much', '--loud'],
    [
      '--loud: is no option',
      '3: one lesson at a time',
      '--answer much: must be a time such as 1.5, 1.5s or 1500ms',
    ],
  ],
  [
    ['--answer', '1', '--reveal'],
    ['--answer 1: needs the number of its lesson', '--reveal: needs the number of a lesson'],
  ],
  [['2', '--answer'], ['--answer: needs a value, such as 2.47s']],
  [['2', '--answer', '--reveal'], ['--answer: needs a value, such as 2.47s']],
  [['2', '--reveal=yes'], ['--reveal=yes: takes no value']],
]
for (const [args, mistakes] of wrong) {
  test(`${args.join(' ')} is wrong, each mistake by name`, () => {
    assert.deepEqual(parseOptions(args, lessons), { mistakes })
  })
}

test('the help fits 100 columns, and says each exit code', () => {
  for (const line of help.split('\n')) assert.ok(line.length <= 100, line)
  for (const code of ['0 right', '1 the lab', '2 wrong usage', '3 the answer is wrong']) {
    assert.ok(help.includes(code), code)
  }
})
