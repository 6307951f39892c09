import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSettings } from './settings.ts'

test('without any variable the lab has the ports of compose.yaml, and its folder in the project', () => {
  assert.deepEqual(readSettings({}, '/project'), {
    folder: '/project/.lab/native',
    ports: { server: 8080, control: 8081, prometheus: 9090, grafana: 3000, loadgen: 9464 },
    grafana: true,
    grafanaAdminPassword: 'admin',
    tls: undefined,
    server: {},
  })
})

test('what the server is told is handed on, but not what is empty, nor what is for others', () => {
  const env = { BEHAVIOUR: 'pareto', SEED: '', CONCURRENCY: '4', TLS_CERT: 'x', PORT: '1' }
  const settings = readSettings({ ...env, LAB_DIR: '/elsewhere', LAB_GRAFANA: 'none' }, '/project')
  assert.ok(!('mistakes' in settings))
  assert.deepEqual(settings.server, { BEHAVIOUR: 'pareto', CONCURRENCY: '4' })
  assert.deepEqual([settings.folder, settings.grafana], ['/elsewhere/native', false])
})

test('with TLS the certificates are in the lab’s folder; what is neither on nor off is a mistake', () => {
  const tlsOf = (env: NodeJS.ProcessEnv) => {
    const settings = readSettings(env, '/project')
    return 'mistakes' in settings ? settings.mistakes : settings.tls
  }
  assert.equal(tlsOf({ LAB_TLS: 'on' }), '/project/.lab/tls')
  assert.equal(tlsOf({ LAB_TLS: 'on', LAB_DIR: '/elsewhere' }), '/elsewhere/tls')
  assert.equal(tlsOf({ LAB_TLS: 'off' }), undefined)
  assert.deepEqual(tlsOf({ LAB_TLS: '1' }), ['LAB_TLS="1": must be on or off'])
})

test('two that want one port are named', () => {
  assert.deepEqual(readSettings({ LAB_GRAFANA_PORT: '9090' }, '/project'), {
    mistakes: ['port 9090 is asked for by both grafana and prometheus: change one'],
  })
})
