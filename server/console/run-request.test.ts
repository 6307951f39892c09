import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadOptions, profileNames, readRunRequest } from './run-request.ts'

const options = (body: unknown) => {
  const read = readRunRequest(body)
  assert.ok(!('mistakes' in read), JSON.stringify(read))
  return loadOptions(read).join(' ')
}

test('nothing has to be said', () => {
  assert.equal(options({}), '--rate 50 --duration 60000ms --arrivals poisson')
})

const said: Record<(typeof profileNames)[number], string> = {
  constant: '--rate 50',
  ramp: '--profile ramp:10..200',
  steps: '--profile steps:10,50,100',
  sine: '--profile sine:20..80/30s',
  burst: '--profile burst:200/10s',
}
for (const profile of profileNames) {
  test(`${profile} is said as the load generator reads it`, () => {
    const body = { profile, durationSeconds: 2.5, arrivals: 'even' }
    assert.equal(options(body), `${said[profile]} --duration 2500ms --arrivals even`)
  })
}

test('a number is written without an exponent', () => {
  assert.match(options({ profile: 'ramp', parameters: { from: 1e-7, to: 0.1 } }), /ramp:0\.\.0\.1 /)
})

const wrong: [body: unknown, mistakes: RegExp[]][] = [
  [null, [/^the body: must be an object/]],
  [{ url: 'http://10.0.0.1/' }, [/^url: is not known here: must be profile, parameters, /]],
  [
    { durationSeconds: 601, arrivals: 'odd', profile: 'flood' },
    [
      /^durationSeconds=601: must be a number from 1 to 600$/,
      /^arrivals="odd": must be poisson or even$/,
      /^profile="flood": must be one of constant, ramp, /,
    ],
  ],
  [
    { parameters: { rate: 2001 } },
    [/^parameters.rate=2001: must be a number from 0.1 to 2000 \(requests a second\)$/],
  ],
  [
    { parameters: { rate: '50 --target x' } },
    [/^parameters.rate="50 --target x": must be a number/],
  ],
  [{ parameters: { to: 5 } }, [/^parameters.to=5: constant has no such parameter: must be rate$/]],
  [{ profile: 'burst', parameters: { requests: 1.5 } }, [/must be a whole number from 1 to 2000/]],
  [
    { profile: 'ramp', parameters: { from: 0, to: 0.0001 } },
    [/at least one rate must be above 0$/],
  ],
  [{ parameters: [] }, [/^parameters=\[\]: must be an object of numbers$/]],
  [{ profile: 'toString' }, [/^profile="toString": must be one of/]],
]
for (const [body, patterns] of wrong) {
  test(`${JSON.stringify(body)} is refused by name`, () => {
    const read = readRunRequest(body)
    assert.ok('mistakes' in read)
    assert.equal(read.mistakes.length, patterns.length, read.mistakes.join('\n'))
    for (const [i, pattern] of patterns.entries()) assert.match(read.mistakes[i] ?? '', pattern)
  })
}
