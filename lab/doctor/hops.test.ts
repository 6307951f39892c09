import assert from 'node:assert/strict'
import { test } from 'node:test'
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
