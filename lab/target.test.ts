import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readTargets, type Target } from './target.ts'

const read = (text: string, port?: number): Target[] => {
  const found = readTargets(text, port)
  if ('mistakes' in found) assert.fail(found.mistakes.join('\n'))
  return found.targets
}
const mistakesIn = (text: string) => {
  const found = readTargets(text)
  return 'mistakes' in found ? found.mistakes : []
}
const asked = (text: string) => {
  const [target, ...more] = read(text)
  assert.ok(target && more.length === 0)
  return `${target.job} ${target.scheme}://${target.address}${target.path}`
}

test('this machine has one name, whatever it is called', () => {
  for (const host of ['localhost', '127.0.0.1', '0.0.0.0', '[::1]', '[::]', 'host.docker.internal'])
    assert.equal(asked(`${host}:3001`), 'your-service http://host.docker.internal:3001/metrics')
  assert.equal(asked('10.0.0.7:3001'), 'your-service http://10.0.0.7:3001/metrics')
  assert.equal(asked('[fe80::1]:80'), 'your-service http://[fe80::1]:80/metrics')
})

test('a target has a name, a scheme and a path where they are given', () => {
  assert.equal(
    asked('shop=https://localhost:8443/actuator/prometheus'),
    'shop https://host.docker.internal:8443/actuator/prometheus',
  )
  assert.equal(asked('https://shop.example'), 'your-service https://shop.example:443/metrics')
  assert.equal(
    asked('http://localhost:3001/'),
    'your-service http://host.docker.internal:3001/metrics',
  )
})

test('several targets have spaces or commas between them, and nothing is none', () => {
  assert.deepEqual(
    read(' a=localhost:1, localhost:2\tlocalhost:3').map(({ job, address }) => [job, address]),
    [
      ['a', 'host.docker.internal:1'],
      ['your-service', 'host.docker.internal:2'],
      ['your-service', 'host.docker.internal:3'],
    ],
  )
  assert.deepEqual(read(' '), [])
})

test('a service on the port of the lab’s server takes its place, and its job where Prometheus asks for the same', () => {
  const replaced = (text: string, port?: number) => read(text, port).map((t) => [t.job, t.replaces])
  assert.deepEqual(replaced('localhost:8080'), [['httpserver', 'target']])
  assert.deepEqual(replaced('http://127.0.0.1:8080/metrics'), [['httpserver', 'target']])
  assert.deepEqual(replaced('host.docker.internal:8080'), [['httpserver', 'target']])
  assert.deepEqual(replaced('localhost:8080/actuator'), [['your-service', 'server']])
  assert.deepEqual(replaced('shop=https://localhost:8080'), [['shop', 'server']])
  assert.deepEqual(replaced('other.example:8080'), [['your-service', 'nothing']])
  assert.deepEqual(replaced('localhost:8080', 28_080), [['your-service', 'nothing']])
})

test('every mistake is named at once, by its text and what is allowed', () => {
  const allowed =
    'must be host:port, host:port/path or https://host:port, with name= before it if you like'
  assert.deepEqual(
    mistakesIn(
      'localhost localhost:0 a:70000 ftp://a:1 http://a:1/?x=1 prometheus=a:1 shop=localhost:8080 a:1 a:1/metrics',
    ),
    [
      `TARGET localhost: has no port; ${allowed}`,
      'TARGET localhost:0: the port must be 1 to 65535',
      'TARGET a:70000: the port must be 1 to 65535',
      `TARGET ftp://a:1: ${allowed}, such as localhost:3001 or shop=localhost:3001/metrics`,
      `TARGET http://a:1/?x=1: ${allowed}, such as localhost:3001 or shop=localhost:3001/metrics`,
      "TARGET prometheus=a:1: prometheus is a job of the lab's: take another name",
      'TARGET shop=localhost:8080: port 8080 has the job httpserver already: leave the name out',
      'TARGET a:1/metrics: is what a:1 asks for',
    ],
  )
})
