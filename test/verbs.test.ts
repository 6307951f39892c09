import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './processes.ts'

/** All that tells people what to type: documents, dashboards, and what the programs say. */
const spoken = [
  'README.md',
  'compose.yaml',
  'docs',
  'grafana',
  'lab',
  'loadgen',
  'prometheus',
  'server',
]

const files = spoken.flatMap((path) =>
  /\./.test(path)
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
        .filter(
          (name) => /\.(md|json|ts|sh|yaml|yml|html)$/.test(name) && !/\.test\.ts$/.test(name),
        )
        .map((name) => join(path, name)),
)

const targets = new Set(
  [...readFileSync(join(root, 'Makefile'), 'utf8').matchAll(/^([a-z]+):/gm)].map(
    ([, name]) => name,
  ),
)

/** `make verb` where it is a command: in code, at the start of a line, or after a prompt or an assignment. */
const commands = (text: string) =>
  [...text.matchAll(/(?:`|^\s*|\$ |[A-Z_]+=\S+ |: )make (?:-s )?([a-z]+)\b/gm)].map(
    ([, verb]) => verb,
  )

/** Words that follow “make” in a sentence. */
const prose = new Set(['it', 'a', 'the', 'no', 'what', 'load'])

test('each make command that anybody is told to type is there', () => {
  const missing = files.flatMap((file) =>
    commands(readFileSync(join(root, file), 'utf8'))
      .filter((verb = '') => !targets.has(verb) && !prose.has(verb))
      .map((verb) => `${file}: make ${verb}`),
  )
  assert.deepEqual(missing, [])
})

test('a command that is not there is found out', () => {
  assert.deepEqual(commands('run `make doctor`, or\n$ make up\nCONCURRENCY=1 make load RATE=5'), [
    ...['doctor', 'up', 'load'],
  ])
})
