import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseIncidentOptions } from './incident-options.ts'
import { parseReceiverOptions } from './receiver-options.ts'

const none = { wait: false, limitSeconds: 180, help: false }
const here = { port: 9094, host: '127.0.0.1', help: false }

const right: [args: string[], parse: (args: string[]) => object, options: object][] = [
  [[], parseIncidentOptions, none],
  [['--wait'], parseIncidentOptions, { ...none, wait: true }],
  [['--wait', '--limit', '90'], parseIncidentOptions, { ...none, wait: true, limitSeconds: 90 }],
  [['-h'], parseIncidentOptions, { ...none, help: true }],
  [[], parseReceiverOptions, here],
  [['--port=0', '--host', '0.0.0.0'], parseReceiverOptions, { ...here, port: 0, host: '0.0.0.0' }],
]
for (const [args, parse, options] of right) {
  test(`${parse.name}: ${args.join(' ') || 'nothing'} is ${JSON.stringify(options)}`, () => {
    assert.deepEqual(parse(args), options)
  })
}

const wrong: [args: string[], parse: (args: string[]) => object, mistakes: string[]][] = [
  [
    ['--limit', '0', 'now', '--waiting'],
    parseIncidentOptions,
    [
      'now: is no option',
      '--waiting: is no option',
      '--limit 0: must be a whole number of seconds from 1 to 3600',
      '--limit: is for --wait',
    ],
  ],
  [
    ['--limit', '--wait=1'],
    parseIncidentOptions,
    ['--limit: needs a value, a whole number of seconds from 1 to 3600'],
  ],
  [['--wait=1'], parseIncidentOptions, ['--wait=1: takes no value']],
  [
    ['--port', '65536', '--host', 'a b'],
    parseReceiverOptions,
    [
      '--port 65536: must be a port from 0 to 65535',
      '--host a b: must be an address or a name of this machine',
    ],
  ],
]
for (const [args, parse, mistakes] of wrong) {
  test(`${parse.name}: ${args.join(' ')} is wrong, and all of it is said`, () => {
    assert.deepEqual(parse(args), { mistakes })
  })
}
