import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Listener } from './listeners.ts'
import { judgePorts } from './ports-hop.ts'

const free = ['server', 'control', 'prometheus', 'grafana', 'loadgen'].map(
  (name, index): Listener => ({
    ...{ name, port: 8000 + index },
    taken: false,
    who: null,
    ours: false,
  }),
)

/** What is said when these have these ports and all others are free. */
const judge = (changes: Partial<Record<Listener['name'], Partial<Listener>>>, more = {}) =>
  judgePorts({
    listeners: free.map((each) => ({
      ...each,
      ...(changes[each.name] ? { taken: true, ...changes[each.name] } : {}),
    })),
    ...{ without: [], ownServer: false, ...more },
  })

test('free ports are well, and so are those that the lab has itself', () => {
  assert.deepEqual(judge({}), { status: 'ok', what: 'all are free' })
  assert.equal(
    judge({ server: { ours: true } }).what,
    'the lab has its own, 8001, 8002, 8003, 8004 free',
  )
})

test('each port that somebody else has is in the evidence, the first one in the sentence', () => {
  const { status, what, evidence } = judge({
    prometheus: { who: 'nginx (process 7)' },
    grafana: {},
  })
  assert.equal(status, 'broken')
  assert.equal(what, 'port 8002 (Prometheus) is taken by nginx (process 7)')
  assert.deepEqual(evidence, [
    '8002 (Prometheus): nginx (process 7)',
    "8003 (Grafana): somebody whom this user can't see",
  ])
})

test('a port that the lab does without may be anybody’s', () => {
  assert.equal(judge({ grafana: {} }, { without: ['grafana'] }).status, 'ok')
})

test('a server of one’s own is well beside a lab that runs without a server, and in the way otherwise', () => {
  const own = { server: { who: 'java (process 7)' }, control: { who: 'java (process 7)' } }
  assert.match(
    judge(own, { ownServer: true }).what,
    /; 8000 has a server of yours: java \(process 7\)$/,
  )
  assert.match(`${judge(own).advice}`, /make up TARGET=localhost:8000$/)
})

test('a run of the lab’s own load has its port, another program there is in the way', () => {
  const run = { loadgen: { who: 'node loadgen/main.ts (process 7)' } }
  assert.equal(judge(run).status, 'ok')
  assert.match(
    `${judge({ loadgen: { who: 'node other.ts (process 7)' } }).advice}`,
    /--metrics-port 0/,
  )
})

test('a port of a profile has its own variable, and one that nobody knows of none', () => {
  const who = { who: 'nginx (process 7)', taken: true, ours: false }
  const adviceFor = (name: string) =>
    judgePorts({ listeners: [{ name, port: 9093, ...who }], without: [], ownServer: false })
  assert.match(
    `${adviceFor('alertmanager').advice}`,
    /another port: LAB_ALERTMANAGER_PORT=9094 as a line of the file \.env$/,
  )
  const { what, advice } = adviceFor('shop')
  assert.deepEqual(
    [what, advice],
    ['port 9093 (shop) is taken by nginx (process 7)', 'stop what listens there'],
  )
})
