import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from './config.ts'

const url = 'http://127.0.0.1:8086'
const read = (env: NodeJS.ProcessEnv) => readConfig(env, '1.2.3').influx

const mistakes = (env: NodeJS.ProcessEnv) => {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

test('a URL is all that it takes', () => {
  assert.deepEqual(read({ INFLUX_URL: url }), {
    url,
    database: 'lab',
    user: undefined,
    password: undefined,
    intervalMs: 1000,
    bufferPoints: 10_000,
  })
})

test('without a URL the rest may stay: the profile is off, and the .env file still has it', () => {
  assert.equal(read({ INFLUX_DATABASE: 'lab', INFLUX_INTERVAL: '2s' }), undefined)
})

const duration = 'a duration from 100ms to 10s, as in 1s or 500ms'
const wrong: [NodeJS.ProcessEnv, string][] = [
  [
    { INFLUX_URL: 'influx:8086' },
    'INFLUX_URL="influx:8086": must be the http:// or https:// URL of an InfluxDB',
  ],
  [{ INFLUX_URL: `${url}/?db=lab` }, `INFLUX_URL="${url}/?db=lab": must have no ? and no # in it`],
  [
    { INFLUX_URL: url, INFLUX_DATABASE: 'a"b' },
    'INFLUX_DATABASE="a\\"b": must be 1 to 64 letters, digits or _ . : -',
  ],
  [
    { INFLUX_URL: url, INFLUX_USER: 'a:b', INFLUX_PASSWORD: 'p' },
    'INFLUX_USER="a:b": must be 1 to 100 characters without a colon',
  ],
  [
    { INFLUX_URL: url, INFLUX_USER: 'a' },
    'INFLUX_PASSWORD is not set: must be, because INFLUX_USER is',
  ],
  [
    { INFLUX_URL: url, INFLUX_PASSWORD: 'secret' },
    'INFLUX_USER is not set: must be, because INFLUX_PASSWORD is',
  ],
  [{ INFLUX_INTERVAL: '1' }, `INFLUX_INTERVAL="1": must be ${duration}`],
  [{ INFLUX_INTERVAL: '99ms' }, `INFLUX_INTERVAL="99ms": must be ${duration}`],
  [{ INFLUX_INTERVAL: '11s' }, `INFLUX_INTERVAL="11s": must be ${duration}`],
  [{ INFLUX_INTERVAL: '1m' }, `INFLUX_INTERVAL="1m": must be ${duration}`],
  [
    { INFLUX_BUFFER_POINTS: '0' },
    'INFLUX_BUFFER_POINTS="0": must be a whole number from 1 to 1000000',
  ],
]
for (const [env, mistake] of wrong) {
  test(`mistake: ${mistake}`, () => assert.deepEqual(mistakes(env), [mistake]))
}

test('a user and a password in the URL are a mistake, and are not told to anybody', () => {
  for (const scheme of ['http', 'ftp']) {
    const [mistake = '', ...more] = mistakes({ INFLUX_URL: `${scheme}://me:secret@host` })
    assert.match(mistake, /^INFLUX_URL/)
    assert.doesNotMatch([mistake, ...more].join(), /secret|me:/)
  }
})
