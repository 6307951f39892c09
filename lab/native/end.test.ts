import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess } from './end.ts'
import { identify } from './identity.ts'

const clock = { now: () => performance.now(), sleep: (ms: number) => sleep(ms) }

/** A shell at the head of its group that says when it is ready. */
async function shell(script: string) {
  const child = spawn('sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(child.stdout, 'data')
  const identity = identify(child.pid ?? 0)
  assert.ok(identity)
  return { child, identity, said: String(line).trim() }
}

test('a process that heeds SIGTERM ends in its own good order', async () => {
  const { child, identity } = await shell(
    "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done",
  )
  const exited = once(child, 'exit')
  assert.equal(await endProcess(identity, { limitMs: 5000, ...clock }), 'ended')
  assert.deepEqual(await exited, [3, null])
})

test('a process that does not heed it is killed after the limit, with what it has started', async () => {
  const { child, identity, said } = await shell("trap '' TERM; sleep 60 & echo $!; wait; wait")
  const exited = once(child, 'exit')
  const begun = performance.now()
  assert.equal(await endProcess(identity, { limitMs: 300, ...clock }), 'killed')
  assert.ok(performance.now() - begun >= 300)
  assert.deepEqual(await exited, [null, 'SIGKILL'])
  while (identify(Number(said))) await sleep(10)
})

test('another process with the number is not touched', async () => {
  const { child, identity } = await shell("trap 'exit 3' TERM; echo ready; sleep 60")
  const other = { ...identity, started: 'another time' }
  assert.equal(await endProcess(other, { limitMs: 100, ...clock }), 'absent')
  assert.deepEqual([child.exitCode, child.signalCode], [null, null])
  process.kill(-identity.pid, 'SIGKILL')
})
