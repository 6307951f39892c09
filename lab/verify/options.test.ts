import assert from 'node:assert/strict'
import { test } from 'node:test'
import { help, parseOptions } from './options.ts'

const usual = {
  behaviour: 'uniform',
  parameters: {},
  all: false,
  requests: 3000,
  rate: 150,
  seed: 1,
  metricsPort: 9464,
  json: null,
  markdown: null,
  help: false,
}

const right: [args: string[], options: object][] = [
  [[], {}],
  [['--all'], { all: true }],
  [
    ['--behaviour', 'lognormal', '--parameters', '{"median":0.1}'],
    { behaviour: 'lognormal', parameters: { median: 0.1 } },
  ],
  [['--requests=500', '--rate', '12.5', '--seed', '0'], { requests: 500, rate: 12.5, seed: 0 }],
  [['--requests', '200', '--requests', '300'], { requests: 300 }],
  [['--json', '-', '--markdown', 'a.md'], { json: '-', markdown: 'a.md' }],
  [['--metrics-port', '0'], { metricsPort: 0 }],
  [['-h'], { help: true }],
]
for (const [args, options] of right) {
  test(`${args.join(' ') || 'nothing'} is ${JSON.stringify(options)}`, () => {
    assert.deepEqual(parseOptions(args), { ...usual, ...options })
  })
}

const wrong: [args: string[], mistakes: string[]][] = [
  [
    ['--requests', '99', '--rate', '0', '--seed', '-1', '--colour'],
    [
      '--colour: is no option',
      '--requests 99: must be a whole number from 100 to 1000000',
      '--rate 0: must be requests a second, above 0, such as 150',
      '--seed -1: must be a whole number from 0 to 2147483647',
    ],
  ],
  [
    ['--behaviour', '--all', 'pareto'],
    [
      '--behaviour: needs a value, the name of a behaviour, such as lognormal',
      'pareto: is no option',
    ],
  ],
  [['--parameters', '[1]'], ['--parameters [1]: must be a JSON object, such as {"max":0.5}']],
  [['--parameters', '{'], ['--parameters {: must be a JSON object, such as {"max":0.5}']],
  [
    ['--all', '--behaviour', 'pareto', '--parameters', '{}'],
    [
      '--behaviour: is not for --all, which tries each',
      '--parameters: is not for --all, which tries each',
    ],
  ],
  [['--all=yes'], ['--all=yes: takes no value']],
  [
    ['--json', '-', '--markdown', '-'],
    ['--json -, --markdown -: only one of them can be on stdout'],
  ],
  [
    ['--metrics-port', '70000'],
    ['--metrics-port 70000: must be a port from 1 to 65535, or 0 for none'],
  ],
]
for (const [args, mistakes] of wrong) {
  test(`${args.join(' ')} is wrong, each mistake by name`, () => {
    const parsed = parseOptions(args)
    assert.ok('mistakes' in parsed)
    assert.deepEqual(parsed.mistakes.toSorted(), mistakes.toSorted())
  })
}

test('the help names each option, and fits 100 columns', () => {
  for (const option of Object.keys(usual)) {
    const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    assert.ok(help.includes(`--${name}`), name)
  }
  for (const line of help.split('\n')) assert.ok(line.length <= 100, line)
})
