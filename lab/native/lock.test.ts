import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { identify } from './identity.ts'
import { locked } from './lock.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-lock-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'lock.json')
const self = identify(process.pid) ?? { pid: 0, started: '' }

test('while one is at work another one is refused, and told who it is', async () => {
  await locked(file, self, async () => {
    const other = locked(file, self, async () => 'never')
    await assert.rejects(other, {
      message: `another make up or make down is at work here (process ${process.pid})`,
    })
  })
  assert.equal(await locked(file, self, async () => 'free again'), 'free again')
})

test('a lock is given back when the work fails', async () => {
  const failing = locked(file, self, async () => {
    throw new Error('failed')
  })
  await assert.rejects(failing, /^Error: failed$/)
  assert.equal(existsSync(file), false)
})

test('a lock whose holder has died, or that is no lock, is no obstacle', async () => {
  for (const left of [JSON.stringify({ ...self, started: 'another time' }), '']) {
    writeFileSync(file, left)
    assert.equal(await locked(file, self, async () => 'done'), 'done')
  }
})
