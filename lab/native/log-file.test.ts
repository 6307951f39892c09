import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { lastLines, olderPart, rotate, sizeOf } from './log-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-logs-'))
after(() => rmSync(folder, { recursive: true }))

test('a log that is too large moves to its older part, and who has it open goes on at its begin', async () => {
  const file = join(folder, 'open.log')
  const output = openSync(file, 'a')
  const child = spawn('sh', ['-c', 'echo before; read -r go; echo after'], {
    stdio: ['pipe', output, output],
  })
  while (sizeOf(file) === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal(rotate(file, 7), false)
  assert.equal(rotate(file, 6), true)
  child.stdin?.end('go\n')
  await once(child, 'exit')
  assert.equal(readFileSync(file, 'utf8'), 'after\n')
  assert.equal(readFileSync(olderPart(file), 'utf8'), 'before\n')
})

test('the last lines are those since a mark, or since the log was emptied', () => {
  const file = join(folder, 'marked.log')
  writeFileSync(file, 'one\ntwo\n')
  const mark = sizeOf(file)
  appendFileSync(file, 'three\nfour\nfive\n')
  assert.deepEqual(lastLines(file, 10, mark), ['three', 'four', 'five'])
  assert.deepEqual(lastLines(file, 2, mark), ['four', 'five'])
  assert.deepEqual(lastLines(file, 10), ['one', 'two', 'three', 'four', 'five'])
  writeFileSync(file, 'six\n')
  assert.deepEqual(lastLines(file, 10, mark), ['six'])
  assert.deepEqual(lastLines(join(folder, 'none.log'), 10), [])
})
