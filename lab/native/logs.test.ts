import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rotate } from './log-file.ts'
import { followLogs } from './logs.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-follow-'))
after(() => rmSync(folder, { recursive: true }))

test('logs begin with the last lines of each process, and miss none across an emptied one', async () => {
  const [server, other] = ['server', 'prometheus'].map((name) => join(folder, `${name}.log`))
  assert.ok(server && other)
  writeFileSync(server, '1\n2\n3\n')
  writeFileSync(other, 'first\n')
  const written: string[] = []
  const stop = new AbortController()
  // Between two looks, one of these happens.
  const events = [
    () => appendFileSync(server, '4\n5'),
    () => appendFileSync(server, '5\n6\n'),
    () => {
      appendFileSync(server, '7\n')
      rotate(server, 0)
      appendFileSync(server, '8\n')
    },
    () => writeFileSync(join(folder, 'late.log'), 'here\n'),
    () => {},
    () => stop.abort(),
  ]
  await followLogs({
    folder,
    lines: 2,
    write: (text) => void written.push(text),
    sleep: async () => events.shift()?.(),
    signal: stop.signal,
  })
  assert.deepEqual(written, [
    'prometheus | first\n',
    'server     | 2\n',
    'server     | 3\n',
    'server     | 4\n',
    'server     | 55\n',
    'server     | 6\n',
    'server     | 7\n',
    'server     | 8\n',
    'late       | here\n',
  ])
})
