import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Connection } from './connection.ts'
import { IdleConnections } from './idle-connections.ts'

/** All of a connection that is looked at here. */
const connection = () => {
  const one = { closed: false, destroy: () => (one.closed = true) }
  return one as unknown as Connection & { closed: boolean }
}

test('the one used last is taken first', () => {
  const idle = new IdleConnections()
  const [first, second] = [connection(), connection()]
  idle.put(first, 100)
  idle.put(second, 100)
  assert.equal(idle.take(0), second)
  assert.equal(idle.take(0), first)
  assert.equal(idle.take(0), null)
})

test('one whose time is over is closed, and not taken', () => {
  const idle = new IdleConnections()
  const [old, fresh] = [connection(), connection()]
  idle.put(fresh, 101)
  idle.put(old, 100)
  assert.equal(idle.take(100), fresh)
  assert.equal(old.closed, true)
  assert.equal(fresh.closed, false)
})

test('one that has closed by itself is passed over', () => {
  const idle = new IdleConnections()
  const [open, gone] = [connection(), connection()]
  idle.put(open, 100)
  idle.put(gone, 100)
  gone.closed = true
  assert.equal(idle.take(0), open)
})

test('retiring closes those whose time is over, wherever they are, and keeps the order of the rest', () => {
  const idle = new IdleConnections()
  const all = [30, 10, 20, 40].map((until) => {
    const one = connection()
    idle.put(one, until)
    return one
  })
  assert.equal(idle.retire(20), true)
  assert.deepEqual(
    all.map(({ closed }) => closed),
    [false, true, true, false],
  )
  assert.equal(idle.take(20), all[3])
  assert.equal(idle.take(20), all[0])
  assert.equal(idle.retire(20), false)
})

test('with ten thousand idle, taking and putting back costs no more than with ten', () => {
  const costOf = (size: number) => {
    const idle = new IdleConnections()
    for (let n = 0; n < size; n++) idle.put(connection(), 100)
    const times = Array.from({ length: 30 }, () => {
      const before = performance.now()
      for (let n = 0; n < 10_000; n++) idle.put(idle.take(0) as Connection, 100)
      return performance.now() - before
    })
    return Math.min(...times)
  }
  costOf(10)
  const [few, many] = [costOf(10), costOf(10_000)]
  // Were it in proportion, it would be a thousand times as much.
  assert.ok(many < 20 * few, `${many} ms, and ${few} ms`)
})
