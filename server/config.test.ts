import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, readConfig } from './config.ts'

const read = (env: NodeJS.ProcessEnv) => readConfig(env, '1.2.3')

const mistakes = (env: NodeJS.ProcessEnv) => {
  try {
    read(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

test('nothing has to be set', () => {
  assert.deepEqual(read({}), {
    port: 8080,
    controlPort: 8081,
    controlHost: '127.0.0.1',
    host: undefined,
    version: '1.2.3',
    behaviour: 'uniform',
    seed: undefined,
    concurrency: undefined,
    queueCapacity: 1000,
    drainSeconds: 10,
    trustedProxies: 0,
    logLevel: 'info',
    loadgenMetricsPort: 9464,
    neighbours: {
      prometheus: { url: 'http://127.0.0.1:9090', port: 9090 },
      grafana: { url: 'http://127.0.0.1:3000', port: 3000 },
    },
    loadgenCa: undefined,
    tls: undefined,
    influx: undefined,
    registration: undefined,
  })
})

test('an empty variable counts as not set', () => {
  assert.deepEqual(read({ PORT: '', SEED: '', TLS_CERT: '' }), read({}))
})

test('everything can be set', () => {
  assert.deepEqual(
    read({
      PORT: '0',
      CONTROL_PORT: '9',
      CONTROL_HOST: '0.0.0.0',
      HOST: '127.0.0.1',
      VERSION: 'v2',
      BEHAVIOUR: 'uniform',
      SEED: '4294967295',
      CONCURRENCY: '4',
      QUEUE_CAPACITY: '0',
      DRAIN_SECONDS: '0',
      TRUST_PROXY: '2',
      LOG_LEVEL: 'debug',
      TLS_CERT: 'a.crt',
      TLS_KEY: 'a.key',
      LOADGEN_METRICS_PORT: '0',
      LOADGEN_CA: 'ca.crt',
      LAB_PROMETHEUS_PORT: '9999',
      LAB_GRAFANA_PORT: '3001',
      LAB_GRAFANA_URL: 'http://grafana:3000',
      INFLUX_URL: 'https://influx.example:8086/base',
      INFLUX_DATABASE: 'a.b',
      INFLUX_USER: 'u',
      INFLUX_PASSWORD: 'p',
      INFLUX_INTERVAL: '500ms',
      INFLUX_BUFFER_POINTS: '7',
      ETCD_URL: 'http://etcd:2379',
      SERVICE_NAME: 'shop',
      SERVICE_ID: 'shop-1',
      SERVICE_HOST: '10.0.0.1',
      SERVICE_PORT: '80',
      LEASE_SECONDS: '5',
    }),
    {
      port: 0,
      controlPort: 9,
      controlHost: '0.0.0.0',
      host: '127.0.0.1',
      version: 'v2',
      behaviour: 'uniform',
      seed: 4294967295,
      concurrency: 4,
      queueCapacity: 0,
      drainSeconds: 0,
      trustedProxies: 2,
      logLevel: 'debug',
      loadgenMetricsPort: 0,
      loadgenCa: 'ca.crt',
      neighbours: {
        prometheus: { url: 'http://127.0.0.1:9999', port: 9999 },
        grafana: { url: 'http://grafana:3000', port: 3001 },
      },
      tls: { certFile: 'a.crt', keyFile: 'a.key' },
      influx: {
        url: 'https://influx.example:8086/base',
        database: 'a.b',
        user: 'u',
        password: 'p',
        intervalMs: 500,
        bufferPoints: 7,
      },
      registration: {
        etcdUrl: 'http://etcd:2379',
        name: 'shop',
        id: 'shop-1',
        host: '10.0.0.1',
        port: 80,
        leaseSeconds: 5,
      },
    },
  )
})

test('where etcd is, is enough to be registered', () => {
  assert.deepEqual(read({ ETCD_URL: 'http://127.0.0.1:2379' }).registration, {
    etcdUrl: 'http://127.0.0.1:2379',
    name: 'httpserver',
    id: undefined,
    host: undefined,
    port: undefined,
    leaseSeconds: 10,
  })
})

test('TRUST_PROXY=true is one proxy, false is none', () => {
  assert.equal(read({ TRUST_PROXY: 'true' }).trustedProxies, 1)
  assert.equal(read({ TRUST_PROXY: 'false' }).trustedProxies, 0)
})

const wrong: [NodeJS.ProcessEnv, string][] = [
  [{ PORT: 'x' }, 'PORT="x": must be a whole number from 0 to 65535'],
  [{ PORT: '65536' }, 'PORT="65536": must be a whole number from 0 to 65535'],
  [{ PORT: '8080.5' }, 'PORT="8080.5": must be a whole number from 0 to 65535'],
  [{ PORT: ' 8080' }, 'PORT=" 8080": must be a whole number from 0 to 65535'],
  [{ SEED: '-1' }, 'SEED="-1": must be a whole number from 0 to 4294967295'],
  [{ HOST: 'a b' }, 'HOST="a b": must be an address or a name of this machine'],
  [{ VERSION: 'a\nb' }, 'VERSION="a\\nb": must be 1 to 100 printable ASCII characters'],
  [
    { BEHAVIOUR: 'slow' },
    'BEHAVIOUR="slow": must be one of uniform, constant, lognormal, bimodal, pareto, incident, freeze, errors',
  ],
  [{ CONCURRENCY: '0' }, 'CONCURRENCY="0": must be a whole number from 1 to 1000000'],
  [{ DRAIN_SECONDS: '1e9' }, 'DRAIN_SECONDS="1e9": must be a whole number from 0 to 2147483'],
  [
    { TRUST_PROXY: 'maybe' },
    'TRUST_PROXY="maybe": must be true, false, or how many proxies stand in front, up to 100',
  ],
  [
    { LOG_LEVEL: 'loud' },
    'LOG_LEVEL="loud": must be one of trace, debug, info, warn, error, fatal, silent',
  ],
  [
    { LAB_GRAFANA_URL: 'file:///etc' },
    'LAB_GRAFANA_URL="file:///etc": must be the http:// URL that it has from here',
  ],
  [{ LAB_PROMETHEUS_PORT: '0' }, 'LAB_PROMETHEUS_PORT="0": must be a whole number from 1 to 65535'],
  [{ TLS_CERT: 'a' }, 'TLS_KEY is not set: must be a file, because TLS_CERT="a" is'],
  [{ TLS_KEY: 'a' }, 'TLS_CERT is not set: must be a file, because TLS_KEY="a" is'],
  [
    { QUEUE_CAPACITY: '5' },
    'CONCURRENCY is not set: must be, because QUEUE_CAPACITY is, and nobody queues without it',
  ],
  [
    { ETCD_URL: 'http://me:secret@etcd' },
    'ETCD_URL="http://…@etcd": must be the http:// or https:// URL of an etcd, without user, password or path',
  ],
  ...['ftp://etcd', 'etcd:2379', 'http://etcd/v3'].map((url): [NodeJS.ProcessEnv, string] => [
    { ETCD_URL: url },
    `ETCD_URL="${url}": must be the http:// or https:// URL of an etcd, without user, password or path`,
  ]),
  [
    { ETCD_URL: 'http://e', SERVICE_NAME: 'a/b' },
    'SERVICE_NAME="a/b": must be 1 to 63 letters, digits, dots, hyphens and underscores, the first and the last a letter or digit',
  ],
  [
    { ETCD_URL: 'http://e', SERVICE_HOST: 'a b' },
    'SERVICE_HOST="a b": must be a name or an address that others reach this server by',
  ],
  [
    { ETCD_URL: 'http://e', LEASE_SECONDS: '4' },
    'LEASE_SECONDS="4": must be a whole number from 5 to 3600',
  ],
  [
    { SERVICE_NAME: 'shop', LEASE_SECONDS: '5' },
    'ETCD_URL is not set: must be, because SERVICE_NAME and LEASE_SECONDS are about an entry there',
  ],
]
for (const [env, mistake] of wrong) {
  test(`mistake: ${mistake}`, () => assert.deepEqual(mistakes(env), [mistake]))
}

test('all mistakes are named at once', () => {
  const all = mistakes({ PORT: 'x', SEED: '-1', LOG_LEVEL: 'loud', TLS_CERT: 'a' })
  assert.deepEqual(
    all.map((mistake) => mistake.split(/[= ]/)[0]),
    ['PORT', 'SEED', 'LOG_LEVEL', 'TLS_KEY'],
  )
})
