import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine } from './examine.ts'
import type { Facts } from './facts.ts'
import { hops } from './hops.ts'

test('each hop needs only hops that come before it', () => {
  const wrong = hops.all.flatMap(({ name, needs }, index) => {
    const earlier = hops.all.slice(0, index).map((hop) => hop.name)
    return needs.filter((need) => !earlier.includes(need)).map((need) => `${name}: ${need}`)
  })
  assert.deepEqual(wrong, [])
})

test('no two hops have the same name or title, and a title fits its column', () => {
  for (const key of ['name', 'title'] as const) {
    const all = hops.all.map((hop) => hop[key])
    assert.deepEqual(all, [...new Set(all)])
  }
  assert.deepEqual(
    hops.all.filter(({ title }) => title.length > 14).map(({ title }) => title),
    [],
  )
})

test('what Compose can’t read is not said of prometheus.yml again', () => {
  const err = 'failed to read .env: line 1: key cannot contain a space'
  const refused = { exitCode: 1, out: '', err }
  const facts = { mode: 'docker', engine: { config: refused }, promtool: refused, sources: {} }
  const asked = hops.before.filter(({ name }) => name === 'compose' || name === 'config')
  const findings = examine(facts as unknown as Facts, asked)
  assert.deepEqual(
    findings.map(({ hop, status }) => [hop, status]),
    [
      ['compose', 'broken'],
      ['config', 'unknown'],
    ],
  )
})
