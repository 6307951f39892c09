import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { hopOf, type Report } from '../doctor-report.ts'
import { root } from '../processes.ts'
import { compose, project } from './compose.ts'

// The doctor on a machine that has Docker and a shell, and no Node.js: a copy of the project without its packages, and a
// search path without more than what every machine has.
const folder = mkdtempSync(join(tmpdir(), 'lab-alone-'))
const programs = join(folder, 'programs')
const copy = join(folder, 'lab of mine')

before(async () => {
  await compose('build', '--quiet', 'server')
  mkdirSync(programs)
  for (const name of ['sh', 'cat', 'chmod', 'dirname', 'docker', 'grep', 'mktemp', 'rm']) link(name)
  for (const name of ['sed', 'tail', 'timeout']) link(name)
  for (const name of ['compose.yaml', 'grafana/provisioning', 'lab', 'prometheus'])
    cpSync(join(root, name), join(copy, name), { recursive: true })
})

after(() => rmSync(folder, { recursive: true }))

/** What the doctor says, and how long it takes. */
async function examine() {
  const env = {
    ...{ HOME: process.env.HOME, PATH: programs },
    ...{ COMPOSE_PROJECT_NAME: project, LAB_GRAFANA: 'none' },
  }
  const began = performance.now()
  const { stdout, stderr } = await promisify(execFile)(join(copy, 'lab/doctor.sh'), ['--json'], {
    env,
  }).catch((error) => error as { stdout: string; stderr: string })
  assert.notEqual(stdout, '', stderr)
  return { report: JSON.parse(stdout) as Report, tookMs: performance.now() - began }
}

test('with Docker alone the image judges what the shell has asked, in five seconds', async () => {
  const { report, tookMs } = await examine()
  assert.deepEqual([report.mode, report.firstBroken], ['docker', 'containers'])
  assert.equal(hopOf(report, 'containers')?.what, 'the lab is not running')
  assert.equal(hopOf(report, 'ports')?.what, 'all are free')
  assert.match(
    `${hopOf(report, 'config')?.what}`,
    /^prometheus\.yml and \d+ rules are as Prometheus wants/,
  )
  assert.ok(tookMs < 5000, `${tookMs} ms`)
})

test('with Docker alone a port that somebody has is found, too', async () => {
  const squatter = createServer().listen(9090, '127.0.0.1')
  await once(squatter, 'listening')
  try {
    const { report } = await examine()
    assert.equal(report.firstBroken, 'ports')
    assert.match(`${hopOf(report, 'ports')?.what}`, /^port 9090 \(Prometheus\) is taken by /)
  } finally {
    squatter.close()
  }
})

/** Makes a program of this machine one that is found. */
function link(name: string) {
  const found = (process.env.PATH ?? '')
    .split(':')
    .map((directory) => join(directory, name))
    .find((file) => existsSync(file))
  assert.ok(found, `${name} is not on PATH`)
  symlinkSync(found, join(programs, name))
}
