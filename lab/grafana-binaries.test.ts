import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findGrafana, GRAFANA_VERSION } from './grafana-binaries.ts'

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'lab-grafana-')))
after(() => rmSync(scratch, { recursive: true }))

let folders = 0
const emptyFolder = () => {
  const folder = join(scratch, String(++folders))
  mkdirSync(folder)
  return folder
}

/** A Grafana as it is unpacked, whose program says which one it is. */
function writeHome(home: string, version: string) {
  mkdirSync(join(home, 'bin'), { recursive: true })
  mkdirSync(join(home, 'conf'))
  writeFileSync(join(home, 'conf', 'defaults.ini'), '')
  writeFileSync(join(home, 'bin', 'grafana'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 })
}

type Site = { checksum?: string | null; home?: boolean }

/** A site with one release for linux on amd64: what `grafana.com/api/grafana/versions` and `dl.grafana.com` answer. */
async function releaseSite({ checksum, home = true }: Site = {}) {
  const folder = emptyFolder()
  const top = `grafana-${GRAFANA_VERSION}`
  if (home) writeHome(join(folder, top), 'released')
  else mkdirSync(join(folder, top))
  execFileSync('tar', ['-czf', 'archive', top], { cwd: folder })
  const archive = readFileSync(join(folder, 'archive'))
  const actual = createHash('sha256').update(archive).digest('hex')
  const sha256 = checksum === undefined ? `${actual}\n` : checksum
  const path = `/grafana_${GRAFANA_VERSION}_123_linux_amd64.tar.gz`
  const site = createServer(({ url, headers }, response) => {
    const deb = {
      os: 'deb',
      arch: 'amd64',
      url: 'http://127.0.0.1:1/_linux_amd64.deb',
      sha256: '0',
    }
    const linux = { os: 'linux', arch: 'amd64', url: `http://${headers.host}${path}`, sha256 }
    const files: Record<string, Buffer | string> = {
      [`/versions/${GRAFANA_VERSION}`]: JSON.stringify({ packages: [deb, linux] }),
      [path]: archive,
    }
    const file = files[url ?? '']
    response.writeHead(file ? 200 : 404, { connection: 'close' }).end(file)
  }).listen(0, '127.0.0.1')
  await once(site, 'listening')
  after(() => site.close())
  return `http://127.0.0.1:${(site.address() as AddressInfo).port}/versions`
}

const nowhere = {
  path: '/nonexistent',
  versions: 'http://127.0.0.1:1',
  platform: 'linux',
  arch: 'x64',
  homes: [],
} as const

const versionOf = (program: string) => execFileSync(program, { encoding: 'utf8' }).trim()

test('what is on PATH is taken, by whatever link it is there', async () => {
  const [home, bin] = [join(emptyFolder(), 'grafana'), emptyFolder()]
  writeHome(home, 'linked')
  symlinkSync(join(home, 'bin', 'grafana'), join(bin, 'grafana'))
  const found = await findGrafana({ ...nowhere, path: `/nonexistent:${bin}`, cache: emptyFolder() })
  assert.deepEqual(found, { program: join(home, 'bin', 'grafana'), home })
})

test('a package that has a script on PATH and its home elsewhere is taken too', async () => {
  const [home, bin] = [join(emptyFolder(), 'grafana'), emptyFolder()]
  writeHome(home, 'packaged')
  writeFileSync(join(bin, 'grafana'), '#!/bin/sh\n', { mode: 0o755 })
  const found = await findGrafana({ ...nowhere, path: bin, homes: [home], cache: emptyFolder() })
  assert.deepEqual(found, { program: join(home, 'bin', 'grafana'), home })
})

test('the official release is fetched, kept, and found again without the network', async () => {
  const cache = emptyFolder()
  const fetched = await findGrafana({ ...nowhere, cache, versions: await releaseSite() })
  assert.equal(versionOf(fetched.program), 'released')
  assert.deepEqual(await findGrafana({ ...nowhere, cache }), fetched)
  assert.deepEqual(readdirSync(cache), ['grafana'])
})

for (const [what, site, message] of [
  [
    'another checksum than the published one',
    { checksum: 'f'.repeat(64) },
    /_linux_amd64\.tar\.gz has the checksum [0-9a-f]{64}, and should have f{64}$/,
  ],
  ['no published checksum', { checksum: null }, /_linux_amd64\.tar\.gz has no published checksum$/],
  ['no Grafana in it', { home: false }, /has no bin\/grafana with conf\/defaults\.ini in it$/],
] as [string, Site, RegExp][]) {
  test(`a release with ${what} is refused, and nothing is left that could be taken for one`, async () => {
    const cache = emptyFolder()
    const versions = await releaseSite(site)
    await assert.rejects(findGrafana({ ...nowhere, cache, versions }), { message })
    await assert.rejects(findGrafana({ ...nowhere, cache }), /fetch failed/)
    assert.deepEqual(
      readdirSync(cache).filter((name) => name !== 'grafana'),
      [],
    )
  })
}

test('a platform without a release is named', async () => {
  const versions = await releaseSite()
  const finding = findGrafana({ ...nowhere, cache: emptyFolder(), versions, arch: 'mips' })
  await assert.rejects(finding, /there is no package \*_linux_mips\.tar\.gz in it$/)
})

test('without any, one message says all that was tried', async () => {
  const cache = emptyFolder()
  await assert.rejects(findGrafana({ ...nowhere, cache }), ({ message }) => {
    const lines = message.split('\n')
    assert.equal(lines[0], 'on PATH: not there')
    assert.equal(lines[1], `in ${join(cache, 'grafana')}: not there`)
    assert.match(lines[2], /^the official release [\d.]+: fetch failed \(/)
    return true
  })
})
