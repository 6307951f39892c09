import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alertPlaces } from './alert-places.ts'
import { describeIncident, describeRecovery, heldIncident, ordinary } from './incident.ts'

const ports = { prometheus: 9090, alertmanager: 9093, receiver: 9094, grafana: 3000 }
const running = { prometheus: true, alertmanager: true, grafana: true }
const places = alertPlaces(ports, running)

test('who runs no load is told to', () => {
  assert.match(describeIncident({ traffic: 0, places }), /Beside this, run:\n {2}make load/)
  assert.doesNotMatch(describeIncident({ traffic: 50, places }), /make load/)
  assert.match(describeIncident({ traffic: undefined, places }), /Prometheus does not answer/)
})

test('what runs is named with its address, what does not with how to start it', () => {
  const all = describeIncident({ traffic: 50, places })
  assert.match(all, /Prometheus {4}http:\/\/localhost:9090\/alerts\n/)
  assert.match(all, /Alertmanager {2}http:\/\/localhost:9093, .*http:\/\/localhost:9094\n/)
  assert.match(all, /Grafana {7}http:\/\/localhost:3000\/d\/slo\n/)
  const less = { ...running, alertmanager: false }
  const without = describeIncident({ traffic: 50, places: alertPlaces(ports, less) })
  assert.match(
    without,
    /Alertmanager {2}not running: docker compose --profile alerts up --detach\n/,
  )
})

const controlAddress = 'localhost:8081'
const recovery = (before: Parameters<typeof describeRecovery>[0]) =>
  describeRecovery(before, { traffic: 50, places, controlAddress })

test('recover says how to have back what it took away, where that was no incident of ours', () => {
  assert.match(
    recovery({ name: 'pareto', parameters: { alpha: 2 } }),
    /curl -X PUT localhost:8081\/api\/behaviour -d '{"name":"pareto","parameters":{"alpha":2}}'/,
  )
  assert.match(recovery({ name: 'uniform', parameters: { min: 0, max: 1 } }), /"max":1/)
  assert.doesNotMatch(recovery(heldIncident), /curl/)
  assert.doesNotMatch(recovery(ordinary), /curl/)
})
