import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findPrometheus, PROMETHEUS_VERSION } from './prometheus-binaries.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lab-binaries-'))
after(() => rmSync(scratch, { recursive: true }))

let folders = 0
const emptyFolder = () => {
  const folder = join(scratch, String(++folders))
  mkdirSync(folder)
  return folder
}

/** Two programs that say which ones they are. */
function writePrograms(folder: string, version: string) {
  mkdirSync(folder, { recursive: true })
  for (const name of ['prometheus', 'promtool']) {
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} ${version}\n`, { mode: 0o755 })
  }
}

/** A site with one release, whose checksum may be wrong. */
async function releaseSite({ sound = true } = {}) {
  const name = `prometheus-${PROMETHEUS_VERSION}.linux-amd64`
  const folder = emptyFolder()
  writePrograms(join(folder, name), 'released')
  execFileSync('tar', ['-czf', `${name}.tar.gz`, name], { cwd: folder })
  const archive = readFileSync(join(folder, `${name}.tar.gz`))
  const sum = createHash('sha256')
    .update(sound ? archive : 'something else')
    .digest('hex')
  const files: Record<string, Buffer | string> = {
    [`/v${PROMETHEUS_VERSION}/sha256sums.txt`]: `${sum}  ${name}.tar.gz\n`,
    [`/v${PROMETHEUS_VERSION}/${name}.tar.gz`]: archive,
  }
  const site = createServer(({ url = '' }, response) => {
    const file = files[url]
    response.writeHead(file ? 200 : 404, { connection: 'close' }).end(file)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  after(() => site.close())
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}`
}

const nowhere = {
  path: '/nonexistent',
  releases: 'http://127.0.0.1:1',
  aptGet: '/nonexistent/apt-get',
  platform: 'linux',
  arch: 'x64',
} as const

const versionOf = (program: string) => execFileSync(program, { encoding: 'utf8' }).trim()

test('what is on PATH is taken, if both programs are in one folder of it', async () => {
  const [half, whole] = [emptyFolder(), emptyFolder()]
  writePrograms(half, 'half')
  rmSync(join(half, 'promtool'))
  writePrograms(whole, 'whole')
  const path = `${half}:${whole}`
  const { prometheus, promtool } = await findPrometheus({ ...nowhere, path, cache: emptyFolder() })
  assert.equal(versionOf(prometheus), 'prometheus whole')
  assert.equal(versionOf(promtool), 'promtool whole')
})

test('the official release is fetched, kept, and found again without the network', async () => {
  const cache = emptyFolder()
  const fetched = await findPrometheus({ ...nowhere, cache, releases: await releaseSite() })
  assert.equal(versionOf(fetched.prometheus), 'prometheus released')
  assert.deepEqual(await findPrometheus({ ...nowhere, cache }), fetched)
})

test('a release with another checksum than the published one is refused, and nothing is kept', async () => {
  const cache = emptyFolder()
  const finding = findPrometheus({
    ...nowhere,
    cache,
    releases: await releaseSite({ sound: false }),
  })
  await assert.rejects(finding, /has the checksum [0-9a-f]{64}, and should have [0-9a-f]{64}/)
  assert.equal(existsSync(join(cache, 'prometheus')), false)
})

test('a platform without a release is named', async () => {
  const releases = await releaseSite()
  const finding = findPrometheus({ ...nowhere, cache: emptyFolder(), releases, arch: 'mips' })
  await assert.rejects(finding, /there is no prometheus-[\d.]+\.linux-mips\.tar\.gz in it/)
})

test('without any, one message says all that was tried and what to do', async () => {
  await assert.rejects(findPrometheus({ ...nowhere, cache: emptyFolder() }), ({ message }) => {
    const lines = message.split('\n')
    assert.match(lines[1], /on PATH: not there/)
    assert.match(lines[2], /in .*prometheus: not there/)
    assert.match(lines[3], /official release [\d.]+: fetch failed/)
    assert.match(lines[4], /apt-get: spawn .*ENOENT/)
    assert.match(lines[5], /^Install Prometheus 2.42 or newer/)
    return true
  })
})
