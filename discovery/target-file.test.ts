import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Registration } from './registration.ts'
import { openTargetFile } from './target-file.ts'
import { targetsFile } from './targets.ts'

const folder = mkdtempSync(join(tmpdir(), 'lab-targets-'))
after(() => rmSync(folder, { recursive: true }))

const one: Registration = { id: 'b', name: 'shop', host: '10.0.0.1', port: 80, leaseSeconds: 10 }
const two: Registration = { ...one, id: 'a', host: 'fd00::1' }

test('the list is file_sd, and the same registrations are the same text', () => {
  assert.deepEqual(JSON.parse(targetsFile([one, two])), [
    { targets: ['[fd00::1]:80'], labels: { service: 'shop', service_id: 'a' } },
    { targets: ['10.0.0.1:80'], labels: { service: 'shop', service_id: 'b' } },
  ])
  assert.equal(targetsFile([two, one]), targetsFile([one, two]))
  assert.deepEqual(JSON.parse(targetsFile([])), [])
})

test('the file is another one each time that it changes, and else stays as it is', async () => {
  const path = join(folder, 'a.json')
  const file = await openTargetFile(path)
  assert.equal(file.targets, undefined)
  assert.equal(await file.write('[]\n'), true)
  const { ino, mtimeMs } = statSync(path)
  assert.equal(await file.write('[]\n'), false)
  assert.deepEqual([statSync(path).ino, statSync(path).mtimeMs], [ino, mtimeMs])
  assert.equal(await file.write(targetsFile([one])), true)
  assert.notEqual(statSync(path).ino, ino, 'it was replaced, and not written over')
  assert.equal(readFileSync(path, 'utf8'), targetsFile([one]))
  assert.deepEqual(readdirSync(folder), ['a.json'])
})

test('what an earlier one has written is known, and not written again', async () => {
  const path = join(folder, 'b.json')
  writeFileSync(path, targetsFile([one, two]))
  const file = await openTargetFile(path)
  assert.equal(file.targets, 2)
  assert.equal(file.writtenAt, statSync(path).mtimeMs / 1000)
  assert.equal(await file.write(targetsFile([one, two])), false)
})

test('a broken file is replaced', async () => {
  const path = join(folder, 'c.json')
  writeFileSync(path, '[{')
  const file = await openTargetFile(path)
  assert.equal(file.targets, undefined)
  assert.equal(await file.write('[]\n'), true)
})

test('a file that can’t be written throws, and is tried again', async () => {
  const file = await openTargetFile(join(folder, 'none', 'd.json'))
  await assert.rejects(file.write('[]\n'), { code: 'ENOENT' })
  await assert.rejects(file.write('[]\n'), { code: 'ENOENT' })
})
