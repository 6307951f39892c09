import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { identify, isAlive, startFromProc, startFromPs } from './identity.ts'

const ways = { ps: startFromPs, ...(existsSync('/proc/self/stat') && { proc: startFromProc }) }

for (const [name, startOf] of Object.entries(ways)) {
  test(`${name}: a process is itself, and no other with its number`, () => {
    const self = identify(process.pid, startOf)
    assert.ok(self)
    assert.equal(isAlive(self, startOf), true)
    assert.equal(isAlive({ ...self, started: 'another time' }, startOf), false)
  })

  test(`${name}: who has ended is nobody`, async (context) => {
    const child = spawn('sleep', ['60'])
    context.after(() => child.kill())
    const identity = identify(child.pid ?? 0, startOf)
    assert.ok(identity && isAlive(identity, startOf))
    child.kill()
    await once(child, 'exit')
    assert.equal(isAlive(identity, startOf), false)
    assert.equal(identify(identity.pid, startOf), undefined)
  })

  test(`${name}: what has ended does not live, though nobody has asked after it`, async (context) => {
    // The child of a shell that has become a sleep: nobody will ever ask how it ended.
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: 'pipe' })
    context.after(() => parent.kill())
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(line)
    while (identify(pid, startOf)) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.doesNotThrow(() => process.kill(pid, 0), 'it is still in the table of processes')
  })
}
