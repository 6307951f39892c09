import assert from 'node:assert/strict'
import { test } from 'node:test'
import { examine, firstBroken, type Hop } from './examine.ts'
import type { Status } from './finding.ts'

type Facts = Record<string, Status | null>

const hop = (name: string, needs: string[] = []): Hop<Facts> => ({
  ...{ name, title: name.toUpperCase(), needs },
  judge: (facts) => {
    const status = facts[name]
    return status ? { status, what: `it is ${status}` } : null
  },
})

const way = [hop('a'), hop('b', ['a']), hop('c', ['b']), hop('d')]

const statuses = (facts: Facts) => examine(facts, way).map((each) => each.status)

test('what is not well behind a broken hop is unknown, all along the way, and names the first one', () => {
  const findings = examine({ a: 'broken', b: 'broken', c: 'waiting', d: 'broken' }, way)
  assert.deepEqual(
    findings.map(({ status, what }) => [status, what]),
    [
      ['broken', 'it is broken'],
      ['unknown', 'not judged while this is not well: A'],
      ['unknown', 'not judged while this is not well: A'],
      ['broken', 'it is broken'],
    ],
  )
})

test('what is well behind a broken hop stays well', () => {
  assert.deepEqual(statuses({ a: 'broken', b: 'ok', c: 'broken', d: 'ok' }), [
    ...['broken', 'ok', 'broken', 'ok'],
  ])
})

test('a hop that is not there stands in nobody’s way', () => {
  assert.deepEqual(statuses({ a: null, b: 'broken', c: 'broken', d: null }), ['broken', 'unknown'])
})

test('the headline is the first that is broken, else the first that waits, else the first unknown', () => {
  const headline = (facts: Facts) => firstBroken(examine(facts, way))?.hop
  assert.equal(headline({ a: 'unknown', b: 'ok', c: 'waiting', d: 'broken' }), 'd')
  assert.equal(headline({ a: 'unknown', b: 'ok', c: 'waiting', d: 'ok' }), 'c')
  assert.equal(headline({ a: 'ok', b: 'ok', c: 'ok', d: 'unknown' }), 'd')
  assert.equal(headline({ a: 'ok', b: 'ok', c: 'ok', d: 'ok' }), undefined)
})
