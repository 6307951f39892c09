import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { identify, isAlive } from './identity.ts'
import { launch } from './launch.ts'

const cwd = mkdtempSync(join(tmpdir(), 'lab-launch-'))
after(() => rmSync(cwd, { recursive: true }))

const env = { PATH: process.env.PATH, WORD: 'two words' }
const logOf = (name: string) => join(cwd, name)

test('a process waits until it is told to begin, and is the same one then', async () => {
  const log = logOf('begins')
  const args = ['-e', 'console.log(process.pid, process.env.WORD, process.argv[1])', 'a b $c']
  const { child, identity, begin } = launch({ command: process.execPath, args, env, cwd, log })
  assert.equal(readFileSync(log, 'utf8'), '')
  assert.equal(isAlive(identity), true)
  begin()
  assert.deepEqual(await once(child, 'exit'), [0, null])
  assert.equal(readFileSync(log, 'utf8'), `${identity.pid} two words a b $c\n`)
  assert.equal(isAlive(identity), false)
})

test('who started it is gone before it was told to begin: it never does', async () => {
  const log = logOf('orphan')
  const { child } = launch({ command: 'echo', args: ['I began'], env, cwd, log })
  child.stdin?.destroy()
  const [code] = await once(child, 'exit')
  assert.notEqual(code, 0)
  assert.equal(readFileSync(log, 'utf8'), '')
})

test('a program that is not there ends with 127, and its log says so', async () => {
  const log = logOf('absent')
  const { child, begin } = launch({ command: '/nonexistent/program', args: [], env, cwd, log })
  begin()
  assert.deepEqual(await once(child, 'exit'), [127, null])
  assert.match(readFileSync(log, 'utf8'), /\/nonexistent\/program/)
})

test('its number and its start stay when it becomes the program', async () => {
  const { child, identity, begin } = launch({
    command: 'sleep',
    args: ['60'],
    env,
    cwd,
    log: logOf('sleep'),
  })
  begin()
  const name = () => readFileSync(`/proc/${identity.pid}/comm`, 'utf8').trim()
  while (name() !== 'sleep') await new Promise((resolve) => setTimeout(resolve, 5))
  assert.deepEqual(identify(identity.pid), identity)
  child.kill()
})
