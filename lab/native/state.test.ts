import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readState, type State, writeState } from './state.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-state-'))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'state.json')

test('what is written is read again, and no draft is left', () => {
  const identity = { pid: 7, started: 'then' }
  const server = { identity, exits: 1, lastExit: 'SIGKILL', stopMs: 1000 }
  const state: State = { supervisor: identity, applied: 'x', processes: { server } }
  writeState(file, state)
  assert.deepEqual(readState(file), state)
  assert.deepEqual(readdirSync(folder), ['state.json'])
})

test('what can’t be a state is none', () => {
  // -1 would be every process, and 1 is the first of all.
  for (const pid of ['-1', '0', '1', '"7"', 'null']) {
    writeFileSync(file, `{"supervisor":{"pid":${pid},"started":"then"}}`)
    assert.equal(readState(file), undefined, pid)
  }
  for (const text of ['', '{', 'null', '[]', '{}', '{"supervisor":null}']) {
    writeFileSync(file, text)
    assert.equal(readState(file), undefined, text)
  }
})
