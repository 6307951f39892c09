import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from './processes.ts'

type Locked = { packages: Record<string, { optionalDependencies?: Record<string, string> }> }

/** Programs for other platforms that packages name and the lockfile lacks: `npm ci` would refuse there. */
const missing = ({ packages }: Locked) =>
  Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )

const lock = (): Locked => JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))

test('the lockfile has every platform’s programs, so that npm ci works on each', () => {
  assert.deepEqual(missing(lock()), [])
})

test('a lockfile without one platform is found out', () => {
  const { packages } = lock()
  delete packages['node_modules/@biomejs/cli-darwin-arm64']
  assert.deepEqual(missing({ packages }), ['@biomejs/cli-darwin-arm64'])
})
