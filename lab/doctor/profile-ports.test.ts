import assert from 'node:assert/strict'
import { test } from 'node:test'
import { profilePorts } from './profile-ports.ts'

const config = (services: unknown) => ({
  config: { exitCode: 0, out: JSON.stringify({ name: 'latency-lab', services }), err: '' },
})

test('the ports of a profile that is on are those that Compose says, beside the usual ones', () => {
  const engine = config({
    server: { ports: [{ published: '8080', target: 8080 }, { published: '8081' }] },
    alertmanager: { ports: [{ host_ip: '127.0.0.1', published: '19093', target: 9093 }] },
    influxdb: { ports: [{ target: 8086 }] },
    instance: {},
  })
  assert.deepEqual(profilePorts(engine, [8080, 8081]), { alertmanager: 19093 })
})

test('where Compose says nothing, there are none', () => {
  assert.deepEqual(profilePorts(null, []), {})
  assert.deepEqual(profilePorts({ config: { exitCode: 1, out: '', err: 'no' } }, []), {})
})
