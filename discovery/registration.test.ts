import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRegistration } from './registration.ts'

const sound = {
  id: 'a-1',
  name: 'shop',
  host: '10.0.0.1',
  port: 8080,
  lease_time: 10,
  routes: [{ method: 'GET', path: '/' }],
}
const key = '/service/shop/a-1'
const read = (value: unknown, at = key) =>
  readRegistration({ key: at, value: typeof value === 'string' ? value : JSON.stringify(value) })

test('a registration is read, and what it has more is left out', () => {
  assert.deepEqual(read({ ...sound, more: 1 }), {
    id: 'a-1',
    name: 'shop',
    host: '10.0.0.1',
    port: 8080,
    leaseSeconds: 10,
  })
})

const wrong: [string, unknown, string[]][] = [
  ['no JSON', '{', ['is no JSON']],
  ['nothing', '', ['is no JSON']],
  ['a list', [], ['it must be an object']],
  ['a host that is a path', { ...sound, host: 'a/b?c' }, ['host must be a name or an address']],
  ['port 0', { ...sound, port: 0 }, ['port must be a whole number from 1 to 65535']],
  [
    'no lease',
    { ...sound, lease_time: 0 },
    ['lease_time must be a whole number from 1 to 1000000000'],
  ],
  ['routes that are none', { ...sound, routes: ['/'] }, ['routes.0 must be a route']],
  ['another id', { ...sound, id: 'b' }, ['name and id belong under /service/shop/b']],
  [
    'a name with a line break',
    { ...sound, name: 'a\nb' },
    ['name must be up to 63 letters, digits, dots, hyphens, underscores'],
  ],
]
for (const [what, value, mistakes] of wrong) {
  test(`${what} is no registration`, () => assert.deepEqual(read(value), { mistakes }))
}

test('all mistakes are named at once', () => {
  const found = read({})
  assert.ok('mistakes' in found)
  assert.deepEqual(
    found.mistakes.map((mistake) => mistake.split(' ')[0]),
    ['id', 'name', 'host', 'port', 'lease_time', 'routes'],
  )
})
