import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { readConfig } from './config.ts'

test('only where etcd is has to be said', () => {
  assert.deepEqual(readConfig({ ETCD_URL: 'http://etcd:2379', HOST: '' }), {
    etcdUrl: 'http://etcd:2379',
    targetsFile: 'prometheus/discovered/targets.json',
    port: 9465,
    host: undefined,
  })
})

test('all mistakes are named at once', () => {
  const env = { ETCD_URL: 'http://me:secret@etcd', TARGETS_FILE: '/a/b', DISCOVERY_PORT: '65536' }
  assert.deepEqual(readConfig(env), {
    mistakes: [
      'ETCD_URL="http://…@etcd": must be the http:// or https:// URL of an etcd, without user, password or path',
      'TARGETS_FILE="/a/b": must end in .json, or Prometheus does not read it',
      'DISCOVERY_PORT="65536": must be a whole number from 0 to 65535',
    ],
  })
  assert.deepEqual(readConfig({}), {
    mistakes: ['ETCD_URL is not set: must be the URL of an etcd'],
  })
})

test('a bad environment ends the program with 2, each mistake on stderr', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const env = { PATH: process.env.PATH, DISCOVERY_PORT: 'x' }
  await assert.rejects(promisify(execFile)(process.execPath, [main], { env }), {
    code: 2,
    stderr:
      'discovery: ETCD_URL is not set: must be the URL of an etcd\ndiscovery: DISCOVERY_PORT="x": must be a whole number from 0 to 65535\n',
  })
})
