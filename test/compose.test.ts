import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { GRAFANA_VERSION } from '../lab/grafana-binaries.ts'
import { grafanaSettings, retention } from '../lab/native/processes.ts'
import { portVariables, serverVariables } from '../lab/native/settings.ts'
import { PROMETHEUS_VERSION } from '../lab/prometheus-binaries.ts'
import { ETCD_VERSION } from './etcd-binaries.ts'
import { root } from './processes.ts'

type Service = {
  image: string
  profiles?: string[]
  read_only?: boolean
  privileged?: boolean
  user?: string
  cap_drop?: string[]
  security_opt?: string[]
  mem_limit?: string
  logging?: { options: Record<string, string> }
  healthcheck?: { test: unknown }
  ports?: string[]
  volumes?: string[]
  environment?: Record<string, string>
  command?: string[]
}

const { services } = parse(readFileSync(join(root, 'compose.yaml'), 'utf8'), { merge: true }) as {
  services: Record<string, Service>
}

/** Each rule answers what is wrong with a service, if anything. */
const rules: Record<string, (name: string, service: Service) => unknown> = {
  'an image is pinned by version': (_, { image }) =>
    image !== 'latency-lab' && !/:v?\d+\.\d+\.\d+$/.test(image),
  'no capability is kept, none can be gained': (_, { cap_drop, security_opt, privileged }) =>
    privileged || cap_drop?.[0] !== 'ALL' || !security_opt?.includes('no-new-privileges:true'),
  'memory is limited': (_, { mem_limit }) => !mem_limit,
  'logs are rotated': (_, { logging }) => !logging?.options['max-size'],
  'the root file system is read-only, but for Grafana’s plugins': (name, { read_only }) =>
    !read_only && name !== 'grafana',
  'a service that stays says whether it is healthy': (name, { healthcheck }) =>
    !healthcheck && name !== 'loadgen',
  'a port is on loopback, but for those that Prometheus reaches through the host': (
    _,
    { ports = [] },
  ) => ports.some((port) => !/^127\.0\.0\.1:|^\$\{LAB_BIND:-0\.0\.0\.0\}:(8080|9464):/.test(port)),
  'what is mounted from here is a folder that exists, read-only': (_, { volumes = [] }) =>
    volumes
      .map((volume) => volume.split(':'))
      .some(
        ([from = '', , mode = '']) =>
          from.startsWith('.') &&
          !(mode.startsWith('ro') && statSync(join(root, from)).isDirectory()),
      ),
  'nobody is an anonymous admin': (_, { environment = {} }) =>
    (environment.GF_AUTH_ANONYMOUS_ORG_ROLE ?? 'Viewer') !== 'Viewer',
  'Grafana fetches no plugin at start': (name, { environment = {} }) =>
    name === 'grafana' && environment.GF_PLUGINS_PREINSTALL_DISABLED !== 'true',
}

const offenders = (all: Record<string, Service>, rule: string) =>
  Object.entries(all)
    .filter(([name, service]) => rules[rule]?.(name, service))
    .map(([name]) => name)

for (const rule of Object.keys(rules)) {
  test(rule, () => assert.deepEqual(offenders(services, rule), []))
}

const wrong: [string, string, Partial<Service>][] = [
  ['an image is pinned by version', 'grafana', { image: 'grafana/grafana:latest' }],
  ['no capability is kept, none can be gained', 'server', { cap_drop: ['NET_RAW'] }],
  ['no capability is kept, none can be gained', 'server', { security_opt: [] }],
  ['memory is limited', 'prometheus', { mem_limit: '' }],
  ['logs are rotated', 'prometheus', { logging: { options: {} } }],
  ['the root file system is read-only, but for Grafana’s plugins', 'server', { read_only: false }],
  [
    'a port is on loopback, but for those that Prometheus reaches through the host',
    'grafana',
    { ports: ['3000:3000'] },
  ],
  [
    'what is mounted from here is a folder that exists, read-only',
    'prometheus',
    { volumes: ['./prometheus:/etc/prometheus'] },
  ],
  [
    'what is mounted from here is a folder that exists, read-only',
    'prometheus',
    { volumes: ['./prometheus/prometheus.yml:/etc/prometheus/prometheus.yml:ro'] },
  ],
  [
    'nobody is an anonymous admin',
    'grafana',
    { environment: { GF_AUTH_ANONYMOUS_ORG_ROLE: 'Admin' } },
  ],
  ['Grafana fetches no plugin at start', 'grafana', { environment: {} }],
]
for (const [rule, name, change] of wrong) {
  test(`${JSON.stringify(change)} in ${name} is found out: ${rule}`, () => {
    const changed = { ...services, [name]: { ...services[name], ...change } as Service }
    assert.deepEqual(offenders(changed, rule), [name])
  })
}

test('without Docker the same Prometheus and Grafana are fetched that compose.yaml pins', () => {
  assert.equal(services.prometheus?.image, `prom/prometheus:v${PROMETHEUS_VERSION}`)
  assert.equal(services.grafana?.image, `grafana/grafana:${GRAFANA_VERSION}`)
})

test('the tests’ etcd is the one that compose.yaml pins, where it is fetched as a release', () => {
  assert.equal(services.etcd?.image, `gcr.io/etcd-development/etcd:v${ETCD_VERSION}`)
})

test('discovery writes where Prometheus looks, and Prometheus can’t', () => {
  const { TARGETS_FILE = '' } = services.discovery?.environment ?? {}
  const [volume, folder] = services.discovery?.volumes?.[0]?.split(':') ?? []
  assert.equal(TARGETS_FILE, `${folder}/targets.json`)
  assert.ok(
    services.prometheus?.volumes?.includes(`${volume}:/etc/prometheus/discovered:ro,nocopy`),
  )
  const { scrape_configs } = parse(readFileSync(join(root, 'prometheus/prometheus.yml'), 'utf8'))
  const dynamic = scrape_configs.find(({ job_name = '' }) => job_name === 'dynamic')
  assert.ok(dynamic.file_sd_configs[0].files.includes('discovered/*.json'))
})

test('without a profile there is what there always was', () => {
  const core = Object.entries(services).filter(([, { profiles }]) => !profiles)
  assert.deepEqual(
    core.map(([name]) => name),
    ['server', 'prometheus', 'grafana'],
  )
  assert.equal(services.server?.environment?.ETCD_URL, undefined)
})

test('without Docker Prometheus keeps its data as long, and Grafana is set up the same', () => {
  const kept = services.prometheus?.command?.filter((option) => option.includes('.retention.'))
  assert.deepEqual(kept, retention)
  // The container's own paths, the password and what provisioning asks for are told apart from these.
  const settings = Object.entries(services.grafana?.environment ?? {}).filter(
    ([name]) => !/^LAB_|_PATH$|_PASSWORD$/.test(name),
  )
  assert.deepEqual(Object.fromEntries(settings), grafanaSettings)
})

test('without Docker the same variables reach the server, and change the same ports', () => {
  const names = Object.keys(services.server?.environment ?? {})
  // Where the others are, and who looks for them, is another matter in a container, and known without Docker.
  const ownInContainers =
    /^(CONTROL_HOST|LOADGEN_METRICS_PORT|LAB_(PROMETHEUS|GRAFANA)_(URL|PORT))$/
  const handedOn = names.filter((name) => !ownInContainers.test(name))
  assert.deepEqual(handedOn.sort(), [...serverVariables].sort())
  for (const [name, service] of [
    ['control', services.server],
    ['prometheus', services.prometheus],
    ['grafana', services.grafana],
  ] as const) {
    const { variable, port } = portVariables[name]
    assert.ok(
      service?.ports?.some((each) => each.includes(`\${${variable}:-${port}}:`)),
      name,
    )
  }
})
