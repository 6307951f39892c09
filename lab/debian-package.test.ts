import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fetchDebianPrograms } from './debian-package.ts'

const scratch = mkdtempSync(join(tmpdir(), 'lab-debian-'))
after(() => rmSync(scratch, { recursive: true }))

/** A package with one program in it. */
function writePackage(folder: string, program: string) {
  const tree = join(scratch, `tree-${program}`)
  mkdirSync(join(tree, 'usr/bin'), { recursive: true })
  mkdirSync(join(tree, 'DEBIAN'))
  chmodSync(tree, 0o755)
  chmodSync(join(tree, 'DEBIAN'), 0o755)
  writeFileSync(join(tree, 'usr/bin', program), `#!/bin/sh\necho ${program}\n`, { mode: 0o755 })
  const control = {
    Package: program,
    Version: '1',
    Architecture: 'all',
    Maintainer: 'a <a@b.c>',
    Description: 'a',
  }
  const text = Object.entries(control).map((line) => `${line.join(': ')}\n`)
  writeFileSync(join(tree, 'DEBIAN/control'), text.join(''))
  execFileSync('dpkg-deb', ['--build', tree, join(folder, `${program}_1_all.deb`)], {
    stdio: 'pipe',
  })
}

/** An apt-get that has two packages, and writes down what it was asked for. */
function writeAptGet(): { aptGet: string; asked: () => string } {
  const packages = join(scratch, 'packages')
  mkdirSync(packages, { recursive: true })
  for (const program of ['lab-one', 'lab-two']) writePackage(packages, program)
  const aptGet = join(scratch, 'apt-get')
  const log = join(scratch, 'asked')
  writeFileSync(
    aptGet,
    `#!/bin/sh
echo "$@" >>'${log}'
while [ "\${1#-}" != "$1" ]; do shift; done
[ "$1" = update ] && exit
shift
for name; do cp '${packages}'/"$name"_*.deb . || { echo "E: Unable to locate package $name" >&2; exit 100; }; done
`,
    { mode: 0o755 },
  )
  return { aptGet, asked: () => readFileSync(log, 'utf8') }
}

// Packages are made and taken apart with it: elsewhere nothing of this is ever called.
const skip = existsSync('/usr/bin/dpkg-deb') ? false : 'no dpkg-deb: this is no Debian'
const { aptGet, asked } = skip ? { aptGet: '', asked: () => '' } : writeAptGet()

test('programs of several packages end up in one folder, by the apt-get that is given', {
  skip,
}, async () => {
  const folder = join(scratch, 'found')
  const programs = ['lab-one', 'lab-two']
  await fetchDebianPrograms({ packages: programs, programs, folder, aptGet })
  for (const name of programs)
    assert.equal(execFileSync(join(folder, name)).toString(), `${name}\n`)
  // Both times: a machine where apt-get is another program has none of this name.
  assert.match(asked(), / update\n.* download lab-one lab-two\n/)
  assert.equal(existsSync(`${folder}.${process.pid}`), false)
})

test('a package that there is not is named, and nothing is left behind', { skip }, async () => {
  const folder = join(scratch, 'not-found')
  const fetching = fetchDebianPrograms({ packages: ['nothing'], programs: ['x'], folder, aptGet })
  await assert.rejects(fetching, ({ stderr }) => /Unable to locate package nothing/.test(stderr))
  assert.equal(existsSync(folder), false)
  assert.equal(existsSync(`${folder}.${process.pid}`), false)
})
