import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NativeLab } from './native-lab.ts'
import { judgeSettings, placesOfContainers, placesOfProcesses } from './settings-hop.ts'

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
  assert.deepEqual(judgeSettings(placesOfProcesses(labOn(9091)), ports), {
    status: 'broken',
    what: 'Prometheus runs on port 9091, and this command looks for it on 9090',
    evidence: ['LAB_PROMETHEUS_PORT: 9091 when it was started, 9090 now'],
    advice: 'let every command know it: LAB_PROMETHEUS_PORT=9091 as a line of the file .env',
  })
})

test('the same ports are well, and where nothing runs there is nothing to compare', () => {
  assert.equal(judgeSettings(placesOfProcesses(labOn(9090)), ports)?.status, 'ok')
  assert.equal(judgeSettings(placesOfProcesses(labOn(9091, false)), ports), null)
  assert.equal(judgeSettings(placesOfProcesses(null), ports), null)
})

test('of a lab in containers it is where they are published that counts', () => {
  const out = JSON.stringify([
    {
      ...{ Id: '1', Name: '/latency-lab-prometheus-1', Image: '', RestartCount: 0 },
      State: { Status: 'running', ExitCode: 0, Error: '', OOMKilled: false },
      HostConfig: {
        Memory: 0,
        PortBindings: { '9090/tcp': [{ HostIp: '127.0.0.1', HostPort: '9091' }] },
      },
      Config: {
        Image: '',
        Labels: {
          'com.docker.compose.project': 'latency-lab',
          'com.docker.compose.service': 'prometheus',
        },
      },
    },
  ])
  const places = placesOfContainers({ containers: { exitCode: 0, out, err: '' } })
  assert.deepEqual(places, [{ title: 'Prometheus', variable: 'LAB_PROMETHEUS_PORT', port: 9091 }])
})
