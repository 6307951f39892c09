import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressesOf } from './addresses.ts'

test('without settings all is on this machine, at the usual ports', () => {
  const { ports, secure, urls } = addressesOf({})
  assert.deepEqual(ports, {
    ...{ control: 8081, prometheus: 9090, grafana: 3000, alertmanager: 9093, receiver: 9094 },
  })
  assert.equal(secure, false)
  assert.deepEqual(urls, {
    server: 'http://127.0.0.1:8080',
    control: 'http://127.0.0.1:8081',
    prometheus: 'http://127.0.0.1:9090',
    grafana: 'http://127.0.0.1:3000',
    alertmanager: 'http://127.0.0.1:9093',
  })
})

test('the server is where it is bound, over https: with LAB_TLS, and where LOADGEN_URL says before all', () => {
  const server = (env: NodeJS.ProcessEnv) => addressesOf(env).urls.server
  assert.equal(server({ LAB_BIND: '172.17.0.1', LAB_TLS: 'on' }), 'https://172.17.0.1:8080')
  assert.equal(server({ LAB_BIND: '0.0.0.0', LAB_SERVER_PORT: '18080' }), 'http://127.0.0.1:18080')
  assert.equal(server({ LAB_TLS: 'on', LOADGEN_URL: 'http://server:8080/x' }), 'http://server:8080')
  assert.equal(server({ LOADGEN_URL: 'nowhere' }), '')
})

test('in a container the programs have other names than in a browser, and the browser’s ports stay', () => {
  const { ports, urls } = addressesOf({
    ...{ LAB_PROMETHEUS_URL: 'http://prometheus:9090', LAB_PROMETHEUS_PORT: '9091' },
  })
  assert.equal(urls.prometheus, 'http://prometheus:9090')
  assert.equal(ports.prometheus, 9091)
})
