import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NativeLab } from './native-lab.ts'
import { judgeSettings } from './settings-hop.ts'

const ports = { server: 8080, control: 8081, prometheus: 9090, grafana: 3000, loadgen: 9464 }

const labOn = (port: number, alive = true): NativeLab => ({
  supervised: true,
  processes: [
    {
      ...{ name: 'prometheus', title: 'Prometheus', alive, exits: 0, lastExit: null },
      ...{ ports: [port], variables: { LAB_PROMETHEUS_PORT: port }, lines: [], log: '' },
    },
  ],
})

test('a lab that was moved by a variable for make up alone is told from one that is not there', () => {
  assert.deepEqual(judgeSettings(labOn(9091), ports), {
    status: 'broken',
    what: 'Prometheus runs on port 9091, and this command looks for it on 9090',
    evidence: ['LAB_PROMETHEUS_PORT: 9091 when it was started, 9090 now'],
    advice: 'let every command know it: LAB_PROMETHEUS_PORT=9091 as a line of the file .env',
  })
})

test('the same ports are well, and where nothing runs there is nothing to compare', () => {
  assert.equal(judgeSettings(labOn(9090), ports)?.status, 'ok')
  assert.equal(judgeSettings(labOn(9091, false), ports), null)
  assert.equal(judgeSettings(null, ports), null)
})
