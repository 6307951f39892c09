import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { prometheusBinaries, root } from './processes.ts'

const { promtool } = await prometheusBinaries()

const check = (folder: string, ...args: string[]) =>
  promisify(execFile)(promtool, args, { cwd: folder })

const committed = join(root, 'prometheus')

/** A copy of the folder with one text replaced in one file. */
function broken(file: string, text: string, replacement: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-promtool-'))
  after(() => rmSync(folder, { recursive: true }))
  cpSync(committed, folder, { recursive: true })
  const path = join(folder, file)
  const before = readFileSync(path, 'utf8')
  assert.ok(before.includes(text), `${file} has no ${text}`)
  writeFileSync(path, before.replaceAll(text, replacement))
  return folder
}

const unitTests = readdirSync(join(committed, 'tests')).map((name) => join('tests', name))

test('promtool accepts prometheus.yml and all rules', async () => {
  await check(committed, 'check', 'config', 'prometheus.yml')
})

test('promtool refuses a rule that is not PromQL', async () => {
  const folder = broken(
    'rules/lab_request_duration.yaml',
    'histogram_quantile(',
    'histogram_quantile((',
  )
  await assert.rejects(check(folder, 'check', 'config', 'prometheus.yml'), /parse error/)
})

test('the recorded series have the values that were worked out by hand', async () => {
  assert.ok(unitTests.length > 0)
  await check(committed, 'test', 'rules', ...unitTests)
})

test('the unit tests fail when a recorded p95 is a p94', async () => {
  const folder = broken('rules/lab_request_duration.yaml', '0.95', '0.94')
  await assert.rejects(check(folder, 'test', 'rules', ...unitTests), /FAILED/)
})
