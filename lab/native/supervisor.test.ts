import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess } from './end.ts'
import { isAlive } from './identity.ts'
import { launch } from './launch.ts'
import { lastLines } from './log-file.ts'
import type { State } from './state.ts'
import { createSupervisor } from './supervisor.ts'
import type { Definition } from './table.ts'

const cwd = mkdtempSync(join(tmpdir(), 'lab-supervisor-'))
after(() => rmSync(cwd, { recursive: true }))

const self = { pid: process.pid, started: 'now' }
const now = () => performance.now()

/** A shell script in the place of a process of the lab. */
const script = (name: string, text: string, reads = ''): Definition => ({
  name,
  title: name,
  command: 'sh',
  args: ['-c', text],
  env: { PATH: process.env.PATH ?? '' },
  cwd,
  readyUrl: '',
  readyMs: 0,
  stopMs: 2000,
  ports: [],
  reads,
})

/** A supervisor whose pauses take no time, and what it writes down and says. */
function watched({ save = () => {} }: { save?: (state: State) => void } = {}) {
  const pauses: number[] = []
  const said: string[] = []
  const saved: State[] = []
  const supervisor = createSupervisor({
    self,
    launch: ({ name, command, args, env }) =>
      launch({ command, args, env, cwd, log: join(cwd, name) }),
    save: (state) => {
      saved.push(structuredClone(state))
      save(state)
    },
    end: (identity, limitMs) => endProcess(identity, { limitMs, now, sleep: (ms) => sleep(ms) }),
    say: (text) => void said.push(text),
    markLog: (name) => () => lastLines(join(cwd, name), 2),
    now,
    sleep: async (ms) => void pauses.push(ms),
  })
  const identityOf = (name: string) => saved.at(-1)?.processes[name]?.identity
  return { supervisor, pauses, said, saved, identityOf }
}

const until = async (holds: () => unknown) => {
  while (!holds()) await sleep(10)
}

test('a process that keeps ending is named each time, with the end of its log, after growing pauses', async () => {
  const { supervisor, pauses, said, saved } = watched()
  await supervisor.apply([script('failing', 'echo one; echo two; echo three; exit 7')])
  await until(() => pauses.length >= 4)
  await supervisor.stop()
  assert.deepEqual(pauses.slice(0, 4), [500, 1000, 2000, 4000])
  const [, ended, ...log] = said
  assert.match(
    ended ?? '',
    /^failing ended with exit code 7 after 0\.\d s; it starts again in 0\.5 s$/,
  )
  assert.deepEqual(log.slice(0, 2), ['  failing said: two', '  failing said: three'])
  const states = saved.map(({ processes }) => processes.failing)
  const down = states.find((state) => state?.exits === 1)
  assert.deepEqual([down?.identity, down?.lastExit], [null, 'exit code 7'])
})

test('no process begins before it is written down', async () => {
  const seen: string[][] = []
  const { supervisor, saved } = watched({
    save: ({ processes }) => {
      if (!processes.careful?.identity || seen.length > 0) return
      // Long enough for a process that has begun to show it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
      seen.push(lastLines(join(cwd, 'careful'), 1))
    },
  })
  await supervisor.apply([script('careful', 'echo I began; exec sleep 60')])
  await until(() => lastLines(join(cwd, 'careful'), 1).length > 0)
  assert.deepEqual(seen, [[]])
  assert.ok(saved.at(-1)?.processes.careful?.identity)
  await supervisor.stop()
})

test('what can’t be written down is not begun, and tried again', async () => {
  let full = 3
  const { supervisor, said } = watched({
    save: ({ processes }) => {
      if (processes.unwritten?.identity && full-- > 0) throw new Error('no space left')
    },
  })
  await supervisor.apply([script('unwritten', 'echo I began; exec sleep 60')])
  await until(() => lastLines(join(cwd, 'unwritten'), 5).length > 0)
  assert.deepEqual(lastLines(join(cwd, 'unwritten'), 5), ['I began'])
  assert.equal(said.filter((line) => /ended with no space left/.test(line)).length, 3)
  await supervisor.stop()
})

test('a new table ends what is gone, starts anew what has changed, and leaves the rest', async () => {
  const { supervisor, identityOf } = watched()
  const [gone, changed, same] = ['gone', 'changed', 'same'].map((name) => script(name, 'sleep 60'))
  assert.ok(gone && changed && same)
  await supervisor.apply([gone, changed, same])
  await until(() => identityOf('same') && identityOf('changed') && identityOf('gone'))
  const before = ['gone', 'changed', 'same'].map((name) => identityOf(name))
  await supervisor.apply([{ ...changed, reads: 'other files' }, same])
  await until(() => identityOf('changed'))
  assert.equal(identityOf('gone'), undefined)
  assert.notEqual(identityOf('changed')?.pid, before[1]?.pid)
  assert.deepEqual(identityOf('same'), before[2])
  assert.deepEqual(
    before.map((identity) => identity && isAlive(identity)),
    [false, false, true],
  )
  await supervisor.stop()
  assert.equal(before[2] && isAlive(before[2]), false)
})

test('they end one after the other, in the order of the table', async () => {
  const { supervisor, said, identityOf } = watched()
  const slow = "trap 'sleep 0.3; exit' TERM; echo ready; while :; do sleep 0.05; done"
  await supervisor.apply([script('first', slow), script('second', slow)])
  await until(() => lastLines(join(cwd, 'second'), 1).length > 0)
  await until(() => lastLines(join(cwd, 'first'), 1).length > 0)
  const second = identityOf('second')
  const stopped = supervisor.stop()
  await until(() => said.includes('first stopped'))
  assert.equal(second && isAlive(second), true)
  await stopped
  assert.deepEqual(said.slice(-2), ['first stopped', 'second stopped'])
})

test('a process that waits to be started again is not, once the lab stops', async () => {
  const { supervisor, said } = watched()
  await supervisor.apply([script('absent', 'exit 1')])
  await until(() => said.length > 1)
  await supervisor.stop()
  const count = said.length
  await sleep(50)
  assert.equal(said.length, count)
})
