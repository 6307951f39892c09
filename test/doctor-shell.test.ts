import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { hopOf, type Report } from './doctor-report.ts'
import { root } from './processes.ts'

// The doctor on a machine on which its own program can't run: lab/doctor.sh speaks for itself.
const folder = mkdtempSync(join(tmpdir(), 'lab-doctor-shell-'))
const programs = join(folder, 'programs')
mkdirSync(programs)
for (const name of ['sh', 'cat', 'chmod', 'dirname', 'grep', 'mktemp', 'rm', 'sed', 'tail'])
  link(name)
for (const name of ['timeout', 'tr']) link(name)
cpSync(join(root, 'lab'), join(folder, 'lab'), { recursive: true })
after(() => rmSync(folder, { recursive: true }))

function link(name: string) {
  const { stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
  symlinkSync(stdout.trim(), join(programs, name))
}

function examine(...args: string[]) {
  return spawnSync(join(folder, 'lab/doctor.sh'), args, {
    env: { PATH: programs },
    encoding: 'utf8',
  })
}

test('without Docker and Node.js, --json prints a report all the same, and people get words', () => {
  const { status, stdout } = examine('--json')
  const report = JSON.parse(stdout) as Report
  const { ok, mode, firstBroken } = report
  assert.deepEqual([status, ok, mode, firstBroken], [1, false, 'native', 'machine'])
  assert.deepEqual(Object.keys(report.hops[0] ?? {}), [
    ...['hop', 'title', 'status', 'what', 'evidence', 'advice', 'seconds'],
  ])
  assert.equal(hopOf(report, 'machine')?.what, 'neither Docker nor Node.js is to be had here')
  const spoken = examine()
  assert.deepEqual([spoken.status, spoken.stdout], [1, ''])
  assert.match(spoken.stderr, /^lab: neither Docker nor Node\.js is to be had here\nlab: install /)
})

test('what an engine says is in --json word for word, with its quotes and backslashes', () => {
  const docker = join(programs, 'docker')
  writeFileSync(docker, `#!/bin/sh\nprintf '%s\\n' 'no "pipe" \\\\.\\x' >&2\nexit 1\n`)
  chmodSync(docker, 0o755)
  const { status, stdout } = examine('--json')
  const report = JSON.parse(stdout) as Report
  assert.deepEqual([status, report.mode, report.firstBroken], [1, 'docker', 'engine'])
  assert.equal(hopOf(report, 'engine')?.what, String.raw`no Docker engine answers: no "pipe" \\.\x`)
})
