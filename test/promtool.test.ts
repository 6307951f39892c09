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

/** What is changed in a file of rules, from what to what: the unit tests of that file must see it. */
const mutations: [file: string, from: string, to: string][] = [
  ['lab_request_duration', '0.95', '0.94'],
  ['slo', 'vector(0.999)', 'vector(0.998)'],
  ['slo', 'vector(0.99)', 'vector(0.98)'],
  ['slo', 'burn_rate1m > 14.4', 'burn_rate1m > 20'],
  ['slo', 'burn_rate20s > 14.4', 'burn_rate1m > 14.4'],
  ['slo', 'burn_rate6m > 6', 'burn_rate6m > 9'],
  ['slo', 'burn_rate30s > 6', 'burn_rate6m > 6'],
  ['slo', 'burn_rate72m > 1 ', 'burn_rate72m > 0.1 '],
  ['slo', '"5.."}[1m]', '"[45].."}[1m]'],
  ['slo', 'le="2.5"}[1m]', 'le="5.0"}[1m]'],
  ['slo', '!~"5.."', '!~"[45].."'],
  ['slo', '{http_route=~"/|/images"}', '{http_route!="unmatched"}'],
  ['slo', '1 - job_slo:error_budget:burn_rate12h', 'job_slo:error_budget:burn_rate12h'],
  ['alerts', 'up{job!="loadgen"} == 0', 'up == 0'],
  [
    'alerts',
    'unless max_over_time(up{job="httpserver"}[12h]) == 0\n        for: 30s',
    'unless max_over_time(up{job="httpserver"}[12h]) == 0\n        for: 15s',
  ],
  ['alerts', 'unless on (instance) up == 1', ''],
  ['alerts', 'unless max_over_time(up{job="httpserver"}[12h]) == 0', ''],
  ['alerts', '[12h]) == 0', '[30m]) == 0'],
  ['alerts', 'seconds > 2 ', 'seconds > 3 '],
  ['alerts', 'seconds > 2 and up == 1', 'seconds > 2'],
  ['alerts', ') > 0.01', ') > 0.02'],
  ['alerts', 'and on (job, instance) up{job="loadgen"} == 1', ''],
  ['alerts', 'for: 15s', 'for: 5s'],
]
for (const [name, from, to] of mutations) {
  test(`the unit tests of ${name} see ${JSON.stringify(from)} become ${JSON.stringify(to)}`, async () => {
    const folder = broken(`rules/${name}.yaml`, from, to)
    await assert.rejects(check(folder, 'test', 'rules', `tests/${name}.yaml`), /FAILED/)
  })
}
