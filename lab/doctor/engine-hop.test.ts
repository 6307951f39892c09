import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeDockerDisk } from './docker-disk-hop.ts'
import { judgeEngine } from './engine-hop.ts'

const answer = (out: string, exitCode = 0, err = '') => ({ exitCode, out, err })
const versions = (engine: string, compose: string) => ({
  version: answer(JSON.stringify({ Client: { Version: '28.2.2' }, Server: { Version: engine } })),
  compose: answer(`${compose}\n`),
})

const rows: [string, ReturnType<typeof versions>, string][] = [
  [
    'Debian’s',
    versions('20.10.24+dfsg1', '2.40.3-3'),
    'Docker 20.10.24+dfsg1 answers, with Compose 2.40.3-3',
  ],
  ['a newer one', versions('28.2.2', 'v2.36.0'), 'Docker 28.2.2 answers, with Compose v2.36.0'],
  [
    'one before host-gateway',
    versions('19.03.15', '2.40.3'),
    'the Docker engine is too old: containers can’t reach the host by a name',
  ],
  [
    'a Compose before up --wait',
    versions('28.2.2', '2.1.0'),
    'the compose plugin of docker is too old',
  ],
  [
    'the oldest that do',
    versions('20.10.0', '2.1.1'),
    'Docker 20.10.0 answers, with Compose 2.1.1',
  ],
  ['a version that says nothing', versions('dev', 'dev'), 'Docker dev answers, with Compose dev'],
]
for (const [name, engine, what] of rows) {
  test(`the engine’s age: ${name}`, () => assert.equal(judgeEngine(engine, 'docker')?.what, what))
}

test('without Docker only an engine that hangs is spoken of', () => {
  const none = { version: answer('', 127, 'sh: docker: not found') }
  assert.equal(judgeEngine(none, 'native'), null)
  assert.equal(judgeEngine(none, 'docker')?.what, 'no Docker engine answers')
  assert.match(
    judgeEngine({ version: answer('', 124) }, 'native')?.what ?? '',
    /^the Docker engine hangs/,
  )
  assert.equal(judgeEngine(null, 'native'), null)
})

test('less than 1 GiB where Docker keeps its data is too little', () => {
  const left = (kib: number) =>
    judgeDockerDisk({
      'docker-disk': answer(
        `Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda         264212084 18522728  ${kib}      20% /\n`,
      ),
    })
  assert.equal(left(2 ** 20)?.status, 'ok')
  assert.deepEqual(left(2 ** 20 - 1)?.evidence, ['df: 1023 MiB left on /; the lab needs 1024 MiB'])
  assert.equal(judgeDockerDisk({ 'docker-disk': answer('', 1) }), null)
})
